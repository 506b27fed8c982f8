package io.comfygateway.workflow;

import io.comfygateway.config.Suggestion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.function.Predicate;

/**
 * Says that there is no workflow of a name, and which one was probably meant; of those that the
 * caller may use, since others do not exist for it.
 */
final class UnknownWorkflow {
  private static final int MOST_COMPARED = 2_000;
  private static final String LISTED = " GET /workflows lists them.";

  private final WorkflowLibrary library;
  private final Predicate<String> mayUse;

  UnknownWorkflow(WorkflowLibrary library, Predicate<String> mayUse) {
    this.library = library;
    this.mayUse = mayUse;
  }

  Problem problem(String ref) {
    return new Problem(
        ProblemType.UNKNOWN_WORKFLOW,
        "There is no workflow \"" + Excerpt.of(ref) + "\"" + hint(ref));
  }

  private String hint(String ref) {
    int at = ref.lastIndexOf('@');
    String name = at < 0 ? ref : ref.substring(0, at);
    if (at > 0 && mayUse.test(name) && library.isThere(name)) {
      return ". "
          + Excerpt.of(name)
          + " has no version or alias of this name; GET /workflows/{name}/versions and GET /workflows/{name}/aliases list what it has.";
    }
    if (library.isFile(ref) && mayUse.test(ref)) {
      return ". Its file does not load; unloaded in GET /workflows (scopes admin and publish) and ./gateway check say why."
          + LISTED;
    }
    return WorkflowName.of(ref)
            .map(WorkflowName::ref)
            .filter(called -> library.find(called).isPresent() && mayUse.test(called))
            .map(called -> ". Its name in URLs is " + called + ".")
            .orElseGet(() -> meant(name))
        + LISTED;
  }

  private String meant(String name) {
    String found =
        Suggestion.didYouMean(
            name,
            library.all().stream()
                .map(Workflow::name)
                .distinct()
                .limit(MOST_COMPARED)
                .filter(mayUse)
                .toList());
    return found.isEmpty() ? "." : found;
  }
}
