package io.comfygateway.route;

import io.comfygateway.route.Endpoints.Endpoint;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The files whose routes run, as they were loaded. */
final class RunningFiles {
  private final RouteTexts texts;
  private final Map<String, RouteFile> byName = new LinkedHashMap<>();

  RunningFiles(RouteTexts texts) {
    this.texts = texts;
  }

  Optional<RouteFile> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  Collection<RouteFile> all() {
    return List.copyOf(byName.values());
  }

  Set<String> names() {
    return Set.copyOf(byName.keySet());
  }

  void put(RouteFile file) {
    byName.put(file.name(), file);
  }

  void remove(String name) {
    byName.remove(name);
  }

  /** The other files that have route configurations. */
  List<RouteFile> configurationsWithout(String name) {
    return byName.values().stream()
        .filter(file -> !file.name().equals(name) && file.content().configures())
        .toList();
  }

  /**
   * Builds them under route configurations that change, without one file and those that are gone.
   *
   * @throws Exception where one could not be built any more; the message names it
   */
  void requireBuilt(RouteTrial trial, String but, Set<String> gone, List<RouteFile> configurations)
      throws Exception {
    trial.requireBuilt(
        byName.values().stream()
            .filter(file -> !file.name().equals(but) && !gone.contains(file.name()))
            .toList(),
        configurations);
  }

  /**
   * The files that can only be exchanged together with one, itself included: they are changed or
   * gone, and what runs of them has an id or begins with an endpoint that another one of them has
   * now.
   *
   * @param files all files of the folder
   */
  Set<String> partners(String name, Map<String, RouteFolder.Found> files) {
    Set<String> partners = new TreeSet<>(Set.of(name));
    Deque<String> left = new ArrayDeque<>(partners);
    while (!left.isEmpty()) {
      Set<String> wanted = claims(text(files, left.pop()));
      for (RouteFile file : byName.values()) {
        String now = text(files, file.name());
        if (!file.text().equals(now)
            && claims(file.text()).stream().anyMatch(wanted::contains)
            && partners.add(file.name())) {
          left.push(file.name());
        }
      }
    }
    return partners;
  }

  private static String text(Map<String, RouteFolder.Found> files, String name) {
    return Optional.ofNullable(files.get(name)).flatMap(RouteFolder.Found::text).orElse("");
  }

  private Set<String> claims(String text) {
    try {
      RouteText read = texts.of(text);
      Set<String> claims = new HashSet<>(RouteFile.Content.of(read).routes());
      Endpoints.of(read).stream()
          .filter(endpoint -> endpoint.consumes() && endpoint.target().startsWith("direct:"))
          .map(Endpoint::target)
          .forEach(claims::add);
      return claims;
    } catch (YamlEngineException | IllegalArgumentException faulty) {
      // It is refused itself, with its own reason.
      return Set.of();
    }
  }
}
