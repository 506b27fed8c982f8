package io.comfygateway.api;

import io.comfygateway.job.GraphRequirements;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.GraphFindings;
import io.comfygateway.workflow.GraphValidation;
import io.comfygateway.workflow.ValidationMode;
import io.comfygateway.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;

/** The step that checks a graph when it is as it will run. */
public final class GraphCheck {
  private final RequestContent content;
  private final GraphPolicy policy;
  private final Backends backends;
  private final ValidationMode mode;

  public GraphCheck(
      RequestContent content, GraphPolicy policy, Backends backends, ValidationMode mode) {
    this.content = content;
    this.policy = policy;
    this.backends = backends;
    this.mode = mode;
  }

  /**
   * Refuses a graph that would save outside of the output folder or load from it, and one that
   * every server is certain to refuse. What one server may refuse becomes a warning of the job.
   *
   * @throws Problem that says what is wrong with the graph
   */
  public void check(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    content.request(exchange);
    Graph graph = content.graph(exchange);
    SharedGraph.Checked checked =
        submission.once(shared -> shared.checked, () -> checked(submission, graph));
    submission.needs = checked.needs();
    submission.warnings.addAll(checked.warnings());
  }

  private SharedGraph.Checked checked(Submission submission, Graph graph) {
    String place = submission.place();
    policy.requireSafe(graph, submission.workflow, place);
    GraphRequirements needs =
        GraphRequirements.of(
            graph.toJson(), submission.workflow.map(Workflow::runsOn).orElse(Set.of()));
    policy.requireClasses(graph, needs, submission.workflow, mode, place);
    Optional<String> nowhere = backends.placement().whyNowhere(needs);
    GraphFindings found =
        GraphValidation.best(
            graph, backends.placement().fitting(needs), submission.mediaAddresses());
    if (backends.placement().allKnown()) {
      found.require(mode, place, nowhere);
    } else {
      // A server whose node classes are not known yet may be of another version.
      found = found.asDoubtful();
    }
    if (nowhere.isPresent()) {
      throw new Problem(ProblemType.INVALID_WORKFLOW, nowhere.get());
    }
    return new SharedGraph.Checked(
        needs, mode == ValidationMode.OFF ? List.of() : found.warnings());
  }
}
