package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Tests that run the templates in the n8n, with rows of their own. */
abstract class InN8nTemplates extends InN8n {
  static final String CALLBACK = "01-text-to-image-callback.json";
  static final String POLLING = "02-text-to-image-polling.json";
  static final String ONE_NODE = "04-one-node.json";
  static final String BATCH = "06-batch.json";
  static final int TOO_LONG = 4001;

  // n8n waits for 5 seconds before each of four more tries.
  static final long TRIED_AGAIN_MS = 20_000;

  private static final Set<String> OF_ONE_ROW =
      Set.of(CALLBACK, POLLING, "07-result-in-s3.json", "10-from-comfyui-api.json");

  static boolean takesRows(String template) {
    return !OF_ONE_ROW.contains(template);
  }

  static boolean hasRows(String template) {
    return takesRows(template) && !template.equals(ONE_NODE);
  }

  final ObjectNode workflow(String template, Map<String, ?> config) throws Exception {
    Map<String, Object> values = new HashMap<>();
    if (hasRows(template)) {
      values.put("inputs", "={{ { prompt: $json.prompt, width: 64, height: 64 } }}");
    } else if (!template.startsWith("10-")) {
      values.put("inputs", Map.of("prompt", "x", "width", 64, "height", 64));
    }
    if (template.equals(POLLING) || template.equals(BATCH)) {
      values.put("poll_seconds", 1);
    }
    values.putAll(config);
    return stage.template(template, values);
  }

  final String execute(ObjectNode workflow) {
    return n8n.execute(n8n.save(workflow), N8nEditor.MANUAL);
  }

  final void assertPictures(
      String template, N8nExecution execution, Stream<JsonNode> items, int expected) {
    assertThat(execution.status())
        .as(template + ", " + execution.lastNode() + ": " + execution.error())
        .isEqualTo("success");
    List<String> pictures =
        items
            .map(
                item ->
                    item.has("binary")
                        ? N8nStage.sha256(n8n.file(item))
                        : item.path("json").path("sha256").asText())
            .toList();
    assertThat(pictures)
        .as(template + ", failed: " + execution.allItems("Failed rows"))
        .hasSize(expected)
        .doesNotHaveDuplicates();
  }
}
