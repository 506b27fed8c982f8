package io.comfygateway.route;

import java.util.HashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The texts of route files, each read once while files are compared: it is judged, looked up by
 * other files and built, on trial too. Used by one thread at a time.
 */
final class RouteTexts {
  private final Map<String, RouteText> read = new HashMap<>();

  /**
   * What is written in a file.
   *
   * @throws YamlEngineException if it is no YAML, or too large
   */
  RouteText of(String text) {
    RouteText known = read.get(text);
    if (known == null) {
      known = RouteText.of(text);
      read.put(text, known);
    }
    return known;
  }

  /** Frees the memory. */
  void forget() {
    read.clear();
  }
}
