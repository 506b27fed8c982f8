package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Links to nodes that were left out. */
final class DanglingLinks {
  private DanglingLinks() {}

  /** Removes the inputs that are linked to a node that the graph does not have. */
  static void remove(ObjectNode graph) {
    for (JsonNode node : graph) {
      if (node.path("inputs") instanceof ObjectNode inputs) {
        List<String> dangling = new ArrayList<>();
        for (Map.Entry<String, JsonNode> input : inputs.properties()) {
          JsonNode value = input.getValue();
          if (value.isArray() && !graph.has(value.path(0).asText())) {
            dangling.add(input.getKey());
          }
        }
        inputs.remove(dangling);
      }
    }
  }
}
