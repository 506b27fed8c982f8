package io.comfygateway.comfyapi;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a server says of a prompt when it accepts it.
 *
 * @param outputs the ids of the output nodes that run
 * @param nodeErrors the output nodes that do not, with ComfyUI's {@code node_errors}
 */
public record PromptDetail(
    List<String> outputs, @JsonProperty("node_errors") ObjectNode nodeErrors) {
  public PromptDetail {
    outputs = outputs == null ? List.of() : List.copyOf(outputs);
    nodeErrors = nodeErrors == null ? JsonNodeFactory.instance.objectNode() : nodeErrors;
  }
}
