package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;

/**
 * Replaces node classes that the server does not have by others, as ComfyUI 0.33 does before it
 * validates a prompt.
 */
final class Replacements {
  private final ObjectNode byClass;
  private final ObjectInfo info;

  /**
   * @param byClass the answer to {@code GET /node_replacements}
   */
  Replacements(ObjectNode byClass, ObjectInfo info) {
    this.byClass = byClass;
    this.info = info;
  }

  ObjectNode json() {
    return byClass;
  }

  /**
   * Replaces what there is to replace in a prompt.
   *
   * @return whether ComfyUI gets through with it: a node without {@code _meta}, or without an input
   *     that is mapped, ends it with a {@code KeyError}
   */
  boolean apply(ObjectNode prompt) {
    for (JsonNode node : prompt) {
      if (!node.isObject()) {
        return false;
      }
      JsonNode replacement = byClass.path(node.path("class_type").asText()).path(0);
      String newClass = replacement.path("new_node_id").asText();
      if (!info.knows(node.path("class_type").asText())
          && node.path("inputs").isObject()
          && info.knows(newClass)
          && !replace((ObjectNode) node, newClass, replacement.path("input_mapping"))) {
        return false;
      }
    }
    return true;
  }

  private static boolean replace(ObjectNode node, String newClass, JsonNode mappings) {
    if (!node.path("_meta").isObject()) {
      return false;
    }
    JsonNode old = node.get("inputs");
    ObjectNode inputs = node.putObject("inputs");
    for (JsonNode mapping : mappings) {
      JsonNode value =
          mapping.has("set_value")
              ? mapping.get("set_value")
              : old.get(mapping.path("old_id").asText());
      if (value == null) {
        return false;
      }
      inputs.set(mapping.path("new_id").asText(), value);
    }
    node.put("class_type", newClass);
    return true;
  }
}
