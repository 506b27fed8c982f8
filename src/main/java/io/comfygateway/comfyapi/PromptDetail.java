package io.comfygateway.comfyapi;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

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

  /** Of a prompt whose graph runs as it was sent. */
  PromptDetail(List<String> outputs, ObjectNode nodeErrors) {
    this(outputs, nodeErrors, Map.of());
  }

  public PromptDetail {
    outputs = outputs == null ? List.of() : List.copyOf(outputs);
    nodeErrors = nodeErrors == null ? JsonNodeFactory.instance.objectNode() : nodeErrors;
    inputs = inputs == null ? Map.of() : Map.copyOf(inputs);
  }
}
