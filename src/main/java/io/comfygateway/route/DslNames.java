package io.comfygateway.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;

/** The names that Camel's YAML has, by the schema that comes with it. */
final class DslNames {
  private static final String SCHEMA = "/schema/camelYamlDsl.json";

  private DslNames() {}

  /** What an item of a file, a step of a route or a field of either may be called. */
  static Set<String> all() {
    try (InputStream in = YamlRoutesBuilderLoader.class.getResourceAsStream(SCHEMA)) {
      JsonNode items = new ObjectMapper().readTree(in).path("items");
      Set<String> names = new TreeSet<>();
      items.path("properties").fieldNames().forEachRemaining(names::add);
      for (JsonNode definition : items.path("definitions")) {
        definition.path("properties").fieldNames().forEachRemaining(names::add);
      }
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException("the schema " + SCHEMA + " cannot be read", e);
    }
  }
}
