package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The step that gives a problem the shape of ComfyUI's errors: {@code {"error": {type, message,
 * details, extra_info}, "node_errors": {…}}}. Clients read these fields, some of them on any status
 * from 400.
 */
public final class ClientProblems {
  private static final int BAD_REQUEST = 400;
  private static final int UNPROCESSABLE = 422;
  private static final String MISSING_CLASS = "missing_node_type";

  /** What ComfyUI 0.33 says of each kind of error of a node. */
  private static final Map<String, String> MESSAGES =
      Map.of(
          "required_input_missing", "Required input is missing",
          "bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]",
          "return_type_mismatch", "Return type mismatch between linked nodes",
          "invalid_input_type", "Failed to convert an input value",
          "value_smaller_than_min", "Value smaller than min",
          "value_bigger_than_max", "Value bigger than max",
          "value_not_in_list", "Value not in list",
          "dependency_cycle", "Dependency cycle detected",
          "exception_during_validation", "Exception when validating node");

  private final ObjectMapper json;

  public ClientProblems(ObjectMapper json) {
    this.json = json;
  }

  /** Makes ComfyUI's error of the problem details in the body. */
  public void shape(Exchange exchange) throws IOException {
    Message message = exchange.getMessage();
    JsonNode problem = json.readTree(message.getBody(byte[].class));
    int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, BAD_REQUEST, Integer.class);
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status == UNPROCESSABLE ? BAD_REQUEST : status);
    message.setHeader(Exchange.CONTENT_TYPE, "application/json; charset=utf-8");
    message.setBody(body(problem).toString());
  }

  private static ObjectNode body(JsonNode problem) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    JsonNode given = problem.path("node_errors");
    for (var node : given.properties()) {
      if (MISSING_CLASS.equals(node.getValue().at("/errors/0/type").asText())) {
        body.set("error", missingClass(node.getKey(), node.getValue(), problem));
        body.putObject("node_errors");
        return body;
      }
    }
    if (given.isEmpty()) {
      String type = problem.path("type").asText();
      String slug = type.substring(type.lastIndexOf('/') + 1).replace('-', '_');
      ObjectNode error =
          ClientResponses.error(
              slug.equals("about:blank") ? "error" : slug,
              problem.path("title").asText(),
              problem.path("detail").asText());
      body.set("error", error);
      body.putObject("node_errors");
    } else {
      body.set(
          "error",
          ClientResponses.error(
              "prompt_outputs_failed_validation",
              "Prompt outputs failed validation",
              problem.path("detail").asText()));
      body.set("node_errors", nodeErrors(given));
    }
    return body;
  }

  private static ObjectNode missingClass(String id, JsonNode node, JsonNode problem) {
    String type = node.path("class_type").asText();
    ObjectNode error =
        ClientResponses.error(
            MISSING_CLASS,
            problem.path("detail").asText("Node '" + type + "' not found."),
            "Node ID '#" + id + "'");
    error.withObjectProperty("extra_info").put("node_id", id).put("class_type", type);
    return error;
  }

  private static ObjectNode nodeErrors(JsonNode given) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    for (var node : given.properties()) {
      ObjectNode entry = all.putObject(node.getKey());
      var errors = entry.putArray("errors");
      for (JsonNode one : node.getValue().path("errors")) {
        String type =
            one.path("type").asText().replace("dangling_link", "exception_during_validation");
        String detail = one.path("message").asText();
        String input = one.path("details").asText();
        ObjectNode error = errors.addObject().put("type", type);
        error.put("message", MESSAGES.getOrDefault(type, detail));
        error.put("details", input.isEmpty() || !MESSAGES.containsKey(type) ? detail : input);
        error.set("extra_info", one.path("extra_info"));
      }
      entry.putArray("dependent_outputs");
      entry.put("class_type", node.getValue().path("class_type").asText());
    }
    return all;
  }
}
