package io.comfygateway.route;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.route.Endpoints.Endpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether each route that begins with {@code direct:custom-} is one that the gateway calls, and
 * does not call itself. A name that is nearly right would never be called, and nobody would notice.
 */
final class CustomNameRule {
  private static final String PREFIX = "direct:custom-";
  private static final Set<String> CALLED =
      new TreeSet<>(
          Set.of(PREFIX + "request", PREFIX + "graph", PREFIX + "output", PREFIX + "result"));

  private CustomNameRule() {}

  /** The faults of a file. */
  static List<FileFault> faults(String file, RouteText text) {
    List<FileFault> faults = new ArrayList<>();
    List<Endpoint> endpoints = Endpoints.of(text);
    Set<List<String>> begun = new HashSet<>();
    for (Endpoint endpoint : endpoints) {
      String target = endpoint.target();
      if (!endpoint.consumes() || !target.startsWith(PREFIX)) {
        continue;
      }
      begun.add(List.of(endpoint.owner(), target));
      if (!CALLED.contains(target)) {
        faults.add(
            new FileFault(
                file,
                endpoint.value().line(),
                endpoint.field(),
                "The gateway calls no route \""
                    + target
                    + "\""
                    + Suggestion.didYouMean(target, CALLED),
                "name one of "
                    + String.join(", ", CALLED)
                    + ", or choose a name without custom- for a route that you call yourself"));
      }
    }
    for (Endpoint endpoint : endpoints) {
      if (!endpoint.consumes() && begun.contains(List.of(endpoint.owner(), endpoint.target()))) {
        faults.add(
            new FileFault(
                file,
                endpoint.value().line(),
                endpoint.field(),
                "The route that begins with " + endpoint.target() + " calls itself",
                "remove the step"));
      }
    }
    return faults;
  }
}
