package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The node classes of the servers: their answer to {@code GET /object_info}. */
final class ClassCatalog {
  private final JsonNode json;
  private final Set<String> outputs = new HashSet<>();

  ClassCatalog(JsonNode json) {
    this.json = json;
    for (JsonNode declared : json) {
      declared.path("output").forEach(type -> outputs.add(type.asText()));
    }
  }

  Optional<NodeClass> find(String type) {
    JsonNode found = json.path(type);
    return found.isObject() ? Optional.of(new NodeClass(type, found)) : Optional.empty();
  }

  NodeKind kind(EditorNode node) {
    return NodeKind.of(node.type(), json.has(node.type()));
  }

  /**
   * Whether some class puts out values of the type, so that inputs of it are there to be linked.
   */
  boolean isPutOut(String type) {
    return outputs.contains(type);
  }
}
