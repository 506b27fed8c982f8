package io.comfygateway.route;

import io.comfygateway.route.RouteText.Part;
import io.comfygateway.route.RouteText.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The paths that a route file listens at although the contract has them. A request for one of them
 * goes to the contract, so such a route would never be reached.
 */
final class ReservedPaths {
  private static final String SCHEME = "platform-http";
  private static final Set<String> VERBS = Set.of("get", "put", "post", "delete", "patch", "head");
  private final Contract contract;

  ReservedPaths(Contract contract) {
    this.contract = contract;
  }

  /**
   * A path that is not free.
   *
   * @param value where it is written
   */
  record Reserved(String path, String field, Value value) {
    String detail() {
      return "The path " + path + " belongs to the gateway's own operations (openapi.json)";
    }

    String remedy() {
      return "choose a path that begins differently, such as /my" + path;
    }
  }

  /** Those of a file, in its order. */
  List<Reserved> of(RouteText text) {
    List<Reserved> found = new ArrayList<>();
    List<Part> parts = text.parts();
    String base = "";
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Optional<Value> path = part.value("path");
      if (part.name().equals("from") && part.value("uri").isPresent()) {
        // Its parameters, where it has some, are the next mapping.
        Optional<Part> options =
            i + 1 < parts.size() && parts.get(i + 1).name().equals("parameters")
                ? Optional.of(parts.get(i + 1))
                : Optional.empty();
        from(part.value("uri").get(), options, found);
      } else if (part.name().equals("rest")) {
        base = path.map(Value::text).orElse("");
      } else if (VERBS.contains(part.name())) {
        String verb = base + slash(path.map(Value::text).orElse(""));
        path.or(() -> part.values().values().stream().findFirst())
            .ifPresent(value -> add(verb, part.name() + ".path", value, found));
      }
      part.value("from").ifPresent(uri -> from(uri, Optional.empty(), found));
    }
    return found;
  }

  private void from(Value uri, Optional<Part> options, List<Reserved> found) {
    String target = uri.text().split("\\?", 2)[0].strip();
    if (target.equals(SCHEME)) {
      options
          .flatMap(part -> part.value("path"))
          .ifPresent(path -> add(path.text(), "from.parameters.path", path, found));
    } else if (target.startsWith(SCHEME + ":")) {
      String path = target.substring(SCHEME.length() + 1);
      add(path.startsWith("//") ? path.substring(1) : path, "from.uri", uri, found);
    }
  }

  private void add(String path, String field, Value value, List<Reserved> found) {
    if (contract.reserves(slash(path))) {
      found.add(new Reserved(slash(path), field, value));
    }
  }

  private static String slash(String path) {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }
}
