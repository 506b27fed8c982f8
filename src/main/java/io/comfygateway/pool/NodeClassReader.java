package io.comfygateway.pool;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Reads answers to {@code GET /object_info}, which are megabytes, class by class. Most servers of a
 * pool have the same nodes, and all answers are read at once: equal parts are kept once, also while
 * several answers are read.
 */
final class NodeClassReader {
  private final ConcurrentMap<String, JsonNode> known = new ConcurrentHashMap<>();
  private final ObjectMapper json;

  NodeClassReader(ObjectMapper json) {
    this.json = json;
  }

  /**
   * Reads one answer to its end. The result shares its parts with others and must not be changed.
   *
   * @throws IOException where it cannot be read, or names no class
   */
  ObjectNode read(InputStream answer) throws IOException {
    ObjectNode classes = JsonNodeFactory.instance.objectNode();
    Map<JsonNode, JsonNode> parts = new HashMap<>();
    try (JsonParser parser = json.createParser(answer)) {
      parser.nextToken();
      BoundedJson.eachField(
          parser, (name, value) -> classes.set(name, shared(name, value.readValueAsTree(), parts)));
    }
    if (classes.isEmpty()) {
      throw new IOException("GET /object_info names no node class");
    }
    return classes;
  }

  private JsonNode shared(String name, JsonNode read, Map<JsonNode, JsonNode> parts) {
    return known.compute(
        name,
        (same, before) -> {
          if (read.equals(before)) {
            return before;
          }
          read.path("input").forEach(group -> shareDeclarations(group, parts));
          return read;
        });
  }

  // Each loader lists all model files again, and most inputs are declared like many others.
  private static void shareDeclarations(JsonNode group, Map<JsonNode, JsonNode> parts) {
    if (group instanceof ObjectNode inputs) {
      for (Map.Entry<String, JsonNode> input : inputs.properties()) {
        if (input.getValue() instanceof ArrayNode declaration) {
          for (int i = 0; i < declaration.size(); i++) {
            declaration.set(i, shared(declaration.get(i), parts));
          }
          input.setValue(shared(declaration, parts));
        }
      }
    }
  }

  private static JsonNode shared(JsonNode part, Map<JsonNode, JsonNode> parts) {
    JsonNode before = parts.putIfAbsent(part, part);
    return before == null ? part : before;
  }

  /** Forgets all classes but these. */
  void keep(Set<String> names) {
    known.keySet().retainAll(names);
  }
}
