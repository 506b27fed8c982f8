package io.comfygateway.route;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Why a route file is not the one that runs.
 *
 * @param file its path below the routes folder
 * @param line the line, where it is known
 * @param route the route, where it is known
 * @param detail what is wrong
 */
public record RouteFault(
    String file, Optional<Integer> line, Optional<String> route, String detail) {
  private static final int LONGEST_DETAIL = 500;

  /** The fault of a file that is known only by its name. */
  static RouteFault of(String file, Throwable thrown) {
    return of(file, "", thrown);
  }

  /**
   * The fault that an exception tells of.
   *
   * @param text what the file says; the line is looked up in it where only the route is known
   */
  static RouteFault of(String file, String text, Throwable thrown) {
    Throwable deepest = thrown;
    Optional<Integer> line = Optional.empty();
    Optional<String> route = Optional.empty();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      deepest = cause;
      if (cause instanceof MarkedYamlEngineException marked
          && marked.getProblemMark().isPresent()) {
        line = Optional.of(marked.getProblemMark().get().getLine() + 1);
      }
      if (cause instanceof org.apache.camel.FailedToCreateRouteException failed) {
        route = Optional.ofNullable(failed.getRouteId());
      }
      if (cause instanceof org.apache.camel.FailedToStartRouteException failed) {
        route = Optional.ofNullable(failed.getRouteId());
      }
    }
    if (line.isEmpty()) {
      line = route.flatMap(id -> lineOf(id, text));
    }
    String message =
        deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
    if (deepest instanceof ClassNotFoundException) {
      message = "there is no class " + message;
    }
    String detail = message.strip().lines().map(String::strip).collect(Collectors.joining(" "));
    return new RouteFault(
        file,
        line,
        route,
        detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail);
  }

  private static Optional<Integer> lineOf(String route, String text) {
    Pattern id = Pattern.compile("^[\\s-]*id:\\s*[\"']?" + Pattern.quote(route) + "[\"']?\\s*$");
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (id.matcher(lines.get(i)).matches()) {
        return Optional.of(i + 1);
      }
    }
    return Optional.empty();
  }

  /** The fault as one line for a person. */
  public String text() {
    return file
        + line.map(number -> ":" + number).orElse("")
        + route.map(id -> " route " + id).orElse("")
        + ": "
        + detail;
  }
}
