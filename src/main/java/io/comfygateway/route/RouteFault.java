package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.dsl.yaml.common.exception.UnknownNodeIdException;
import org.apache.camel.dsl.yaml.common.exception.UnsupportedFieldException;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Why a route file is not the one that runs. {@code gateway check} and a running gateway say it in
 * the same words.
 *
 * @param said the fault; its file is the path below the routes folder
 * @param route the route, if known
 */
public record RouteFault(FileFault said, Optional<String> route) {
  private static final int LONGEST_DETAIL = 500;

  /** A fault that was found without building the file. */
  static RouteFault of(FileFault said) {
    return new RouteFault(said, Optional.empty());
  }

  /**
   * The faults that an exception tells of.
   *
   * @param text what the file says, in which the lines are looked up
   */
  static List<RouteFault> of(String file, String text, Throwable thrown) {
    List<RouteFault> faults = new ArrayList<>();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof FaultyStepsException steps) {
        steps
            .faults()
            .forEach(
                (route, found) ->
                    found.forEach(
                        step ->
                            faults.add(
                                new RouteFault(
                                    new FileFault(
                                        file,
                                        step.line(),
                                        step.step(),
                                        step.detail(),
                                        step.remedy()),
                                    Optional.of(route)))));
        return faults;
      }
    }
    return List.of(raw(file, text, thrown));
  }

  private static RouteFault raw(String file, String text, Throwable thrown) {
    Optional<Integer> line = Optional.empty();
    Optional<String> route = Optional.empty();
    List<String> messages = new ArrayList<>();
    Throwable deepest = thrown;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      deepest = cause;
      if (cause instanceof MarkedYamlEngineException marked
          && marked.getProblemMark().isPresent()) {
        line = Optional.of(marked.getProblemMark().get().getLine() + 1);
      }
      if (cause instanceof FailedToCreateRouteException failed) {
        route = Optional.ofNullable(failed.getRouteId());
      } else if (cause.getMessage() != null) {
        // The one of a route as a whole names everything in it.
        messages.add(0, cause.getMessage());
      }
      if (cause instanceof FailedToStartRouteException failed) {
        route = Optional.ofNullable(failed.getRouteId());
      }
    }
    if (line.isEmpty()) {
      line = line(text, route, messages);
    }
    String field = route.map(id -> "route " + id).orElse("");
    boolean isMisnamed =
        thrown instanceof UnknownNodeIdException || thrown instanceof UnsupportedFieldException;
    if (isMisnamed) {
      return new RouteFault(misnamed(file, line.orElse(0), field, detail(thrown)), route);
    }
    boolean isYaml = !(thrown instanceof YamlEngineException) || isYaml(text);
    return new RouteFault(
        new FileFault(
            file,
            line.orElse(0),
            field,
            (isYaml ? "" : "This is not YAML: ") + detail(deepest),
            isYaml ? "" : "fix it; indent with spaces, as the files around it do"),
        route);
  }

  // Camel says: Unknown node id: fliter in …, or: Unsupported field: stepz in …
  private static FileFault misnamed(String file, int line, String field, String said) {
    String name = said.replaceAll("^[^:]*: ", "").split("\\s", 2)[0];
    Set<String> known = DslNames.all();
    if (known.contains(name)) {
      String place = name.equals("steps") ? "; the steps of a route are inside of from" : "";
      return new FileFault(
          file,
          line,
          field,
          "\"" + name + "\" does not belong here" + place,
          "check how far it and the lines around it are indented");
    }
    return new FileFault(
        file,
        line,
        field,
        "Camel has no step or field \"" + name + "\"" + Suggestion.didYouMean(name, known),
        "fix the name");
  }

  private static boolean isYaml(String text) {
    try {
      return !text.isEmpty() && !RouteText.of(text).parts().isEmpty();
    } catch (YamlEngineException e) {
      return false;
    }
  }

  private static Optional<Integer> line(
      String text, Optional<String> route, List<String> messages) {
    try {
      return route.isEmpty() ? Optional.empty() : RouteText.of(text).line(route, messages);
    } catch (YamlEngineException e) {
      return Optional.empty();
    }
  }

  private static String detail(Throwable deepest) {
    String message =
        deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
    if (deepest instanceof ClassNotFoundException) {
      message = "there is no class " + message;
    }
    String detail =
        message
            .strip()
            .lines()
            .map(String::strip)
            .collect(Collectors.joining(" "))
            .replaceAll("\\.$", "");
    return detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail;
  }

  /** The file's path below the routes folder. */
  public String file() {
    return said.file();
  }

  /** The line, where it is known. */
  public Optional<Integer> line() {
    return said.line() > 0 ? Optional.of(said.line()) : Optional.empty();
  }

  /** What is wrong. */
  public String detail() {
    return said.detail();
  }

  /** The fault as one line for a person. */
  public String text() {
    return said.toString();
  }
}
