package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * A prompt that was accepted.
 *
 * @param number its place in the queue; the lowest runs first
 * @param id the prompt_id, which several prompts may share
 * @param graph the graph as it was posted
 * @param extraData the request's {@code extra_data}, with the {@code client_id} if there was one
 * @param outputs the ids of the output nodes that are to run
 */
record Prompt(
    JsonNode number, String id, ObjectNode graph, ObjectNode extraData, List<String> outputs) {

  /** The client that gets the prompt's progress. */
  Optional<String> clientId() {
    JsonNode clientId = extraData.path("client_id");
    return clientId.isMissingNode() || clientId.isNull()
        ? Optional.empty()
        : Optional.of(clientId.asText());
  }

  /** As the queue and the history show it. */
  ArrayNode toJson() {
    ArrayNode tuple = JsonNodeFactory.instance.arrayNode(5);
    tuple.add(number).add(id).add(graph).add(extraData);
    outputs.forEach(tuple.addArray()::add);
    return tuple;
  }
}
