package io.comfygateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of a YAML file that knows where it stands.
 *
 * @param path the keys that lead to it, dotted; empty for the whole file
 * @param line its line, counted from 1
 * @param json the value as JSON
 * @param children a mapping's values by key, in the file's order; else empty
 * @param items a sequence's values; else empty
 */
public record Yaml(
    String path, int line, JsonNode json, Map<String, Yaml> children, List<Yaml> items) {

  /** The value of a key of a mapping. */
  public Optional<Yaml> child(String key) {
    return Optional.ofNullable(children.get(key));
  }
}
