package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * rgthree's Power Lora Loader, which declares no field: its rows are values with a {@code lora},
 * and go to the server as {@code lora_1}, {@code lora_2}, ….
 */
final class PowerLoras {
  private static final String TYPE = "Power Lora Loader (rgthree)";

  private PowerLoras() {}

  static boolean isMeant(EditorNode node) {
    return node.type().equals(TYPE);
  }

  static Map<String, JsonNode> values(EditorNode node) {
    boolean hasTwo =
        node.properties().path("Show Strengths").asText().equals("Separate Model & Clip");
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (JsonNode value : ValueList.of(node.values()).orElse(List.of())) {
      if (value instanceof ObjectNode row && row.has("lora")) {
        ObjectNode sent = row.deepCopy();
        if (!hasTwo) {
          sent.remove("strengthTwo");
        } else if (!sent.hasNonNull("strengthTwo")) {
          sent.put("strengthTwo", 1);
        }
        values.put("lora_" + (values.size() + 1), sent);
      }
    }
    return values;
  }
}
