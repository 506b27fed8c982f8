package io.comfygateway.route;

import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The endpoints that a route file names. */
final class Endpoints {
  // Keys whose value is an endpoint where it is plain text.
  private static final Set<String> SHORT =
      Set.of("from", "to", "toD", "wireTap", "enrich", "pollEnrich");
  private static final Pattern QUOTED = Pattern.compile("'((?:direct|seda):[^'?]+)");

  /**
   * An endpoint as it is written.
   *
   * @param field where, such as {@code to.uri}
   * @param consumes whether a route begins with it
   * @param part the mapping that contains it
   */
  record Endpoint(String field, Value value, boolean consumes, Part part) {

    /** The id of the route that it is in; empty for none. */
    String owner() {
      return part.owner();
    }

    /** An option, in the URI or in its parameters. */
    Optional<String> option(String name) {
      String query = value.text().contains("?") ? value.text().split("\\?", 2)[1] : "";
      return Arrays.stream(query.split("&"))
          .filter(pair -> pair.startsWith(name + "="))
          .map(pair -> pair.substring(name.length() + 1))
          .findFirst()
          .or(() -> Optional.ofNullable(part.options().get(name)).map(Value::text));
    }

    /** What comes before the first colon. */
    String scheme() {
      int colon = value.text().indexOf(':');
      return colon < 0 ? value.text() : value.text().substring(0, colon);
    }

    /** The endpoint without its options. */
    String target() {
      return value.text().split("\\?", 2)[0].replace("://", ":").strip();
    }

    /** Whether a part of it is known only when a message is there. */
    boolean isDynamic() {
      return value.text().contains("${");
    }

    /** Whether it leads to another route of this gateway. */
    boolean isInternal() {
      return scheme().equals("direct") || scheme().equals("seda");
    }
  }

  private Endpoints() {}

  /** Those of a file, in its order. */
  static List<Endpoint> of(RouteText text) {
    List<Endpoint> found = new ArrayList<>();
    for (Part part : text.parts()) {
      boolean options = part.name().equals("parameters");
      part.value("uri")
          .filter(value -> !options)
          .ifPresent(
              value ->
                  found.add(
                      new Endpoint(part.name() + ".uri", value, part.name().equals("from"), part)));
      part.values()
          .forEach(
              (key, value) -> {
                if (!options && SHORT.contains(key) && value.text().contains(":")) {
                  found.add(new Endpoint(key, value, key.equals("from"), part));
                }
              });
      // A route may hand a bean the name of another: hold(*, 'direct:later').
      part.value("method").ifPresent(value -> quoted(part, value, found));
    }
    return found;
  }

  private static void quoted(Part part, Value method, List<Endpoint> found) {
    Matcher matcher = QUOTED.matcher(method.text());
    while (matcher.find()) {
      Value inside = new Value(matcher.group(1), method.line());
      found.add(new Endpoint(part.name() + ".method", inside, false, part));
    }
  }
}
