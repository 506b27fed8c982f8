package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.problem.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The {@code node_errors} of a prompt that ComfyUI accepts nevertheless: it runs the valid outputs,
 * and leaves out those that depend on one of these nodes.
 */
final class NodeErrors {
  private static final int MOST = 50;
  private static final int LONGEST = 500;

  private NodeErrors() {}

  /** One warning for each error of each node; the first fifty where there are more. */
  static List<Warning> warnings(JsonNode nodeErrors) {
    List<Warning> warnings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> node : nodeErrors.properties()) {
      for (JsonNode error : node.getValue().path("errors")) {
        warnings.add(
            Warning.ofNode(
                "outputs_left_out",
                node.getKey(),
                ShortText.of(
                    "ComfyUI left out what depends on node %s (%s): %s, %s: %s"
                        .formatted(
                            node.getKey(),
                            node.getValue().path("class_type").asText(),
                            error.path("type").asText(),
                            error.path("message").asText(),
                            error.path("details").asText()),
                    LONGEST)));
      }
    }
    return Warning.first(MOST, warnings);
  }
}
