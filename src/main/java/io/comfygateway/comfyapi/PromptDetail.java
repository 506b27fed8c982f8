package io.comfygateway.comfyapi;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a server answers when it accepts a prompt.
 *
 * @param outputs the ids of the output nodes that run
 * @param nodeErrors the output nodes that do not, with ComfyUI's {@code node_errors}
 * @param inputs by node and input, what the client sent where the job's graph has something else
 */
public record PromptDetail(
    List<String> outputs,
    @JsonProperty("node_errors") ObjectNode nodeErrors,
    Map<String, Map<String, String>> inputs) {
  /** In characters. */
  private static final int LONGEST_ERRORS = 1_000_000;

  /** Of a prompt whose graph runs as it was sent. */
  PromptDetail(List<String> outputs, ObjectNode nodeErrors) {
    this(outputs, nodeErrors, Map.of());
  }

  /**
   * The same once a server has said which outputs it leaves out.
   *
   * @param said ComfyUI's {@code node_errors}
   */
  PromptDetail leavingOut(JsonNode said) {
    ObjectNode kept = JsonNodeFactory.instance.objectNode();
    Set<String> left = new HashSet<>();
    int length = 0;
    for (Map.Entry<String, JsonNode> node : said.properties()) {
      node.getValue().path("dependent_outputs").forEach(output -> left.add(output.asText()));
      length += node.getValue().toString().length();
      if (length <= LONGEST_ERRORS) {
        kept.set(node.getKey(), node.getValue());
      }
    }
    return new PromptDetail(
        outputs.stream().filter(output -> !left.contains(output)).toList(), kept, inputs);
  }

  public PromptDetail {
    outputs = outputs == null ? List.of() : List.copyOf(outputs);
    nodeErrors = nodeErrors == null ? JsonNodeFactory.instance.objectNode() : nodeErrors;
    inputs = inputs == null ? Map.of() : Map.copyOf(inputs);
  }
}
