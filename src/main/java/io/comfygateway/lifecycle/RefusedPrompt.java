package io.comfygateway.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobError;
import io.comfygateway.prompt.ShortText;
import java.util.Map;
import java.util.Optional;

/**
 * A server's answer to a prompt that it refuses: {@code {"error": {type, message, details}, …}} and
 * {@code node_errors}, in which each node at fault has {@code errors} and a {@code class_type}.
 */
final class RefusedPrompt {
  private static final int PAYLOAD_TOO_LARGE = 413;
  private static final int LONGEST_DETAIL = 4_000;
  private static final int LONGEST_ERROR = 800;
  private static final int LONGEST_NAME = 200;

  private final int status;
  private final JsonNode error;
  private final JsonNode nodeErrors;
  private final JsonNode graph;

  /**
   * @param status the HTTP status
   * @param answer the body; an empty object if it is not JSON
   * @param graph the graph of the prompt
   */
  RefusedPrompt(int status, JsonNode answer, JsonNode graph) {
    this.status = status;
    this.error = answer.path("error");
    this.nodeErrors = answer.path("node_errors");
    this.graph = graph;
  }

  /** Why the job failed: at which node first, and all that the server says in readable text. */
  JobError error() {
    Optional<Map.Entry<String, JsonNode>> first =
        nodeErrors.properties().stream()
            .filter(node -> !node.getValue().path("errors").isEmpty())
            .findFirst();
    return new JobError(
        error.path("type").asText("invalid_prompt"),
        detail(),
        first.map(Map.Entry::getKey),
        first.map(node -> node.getValue().path("class_type").asText()).filter(it -> !it.isEmpty()),
        Optional.empty(),
        object(error),
        object(nodeErrors));
  }

  private static Optional<ObjectNode> object(JsonNode node) {
    return node instanceof ObjectNode object && !object.isEmpty()
        ? Optional.of(object)
        : Optional.empty();
  }

  private String detail() {
    String message = error.path("message").asText(withoutReason());
    String details = error.path("details").asText("");
    StringBuilder text = new StringBuilder(details.isBlank() ? message : message + ": " + details);
    for (Map.Entry<String, JsonNode> node : nodeErrors.properties()) {
      for (JsonNode one : node.getValue().path("errors")) {
        if (text.length() > LONGEST_DETAIL) {
          break;
        }
        text.append('\n')
            .append(ShortText.of(line(node.getKey(), node.getValue(), one), LONGEST_ERROR));
      }
    }
    return ShortText.of(text.toString(), LONGEST_DETAIL);
  }

  private String withoutReason() {
    return status == PAYLOAD_TOO_LARGE
        ? "The server answered 413 to POST /prompt: the prompt is too large for it or for a proxy"
            + " before it. Raise the limit there, or send large data as file inputs."
        : "The server answered %d to POST /prompt without saying why.".formatted(status);
  }

  // "Node 4 (CheckpointLoaderSimple, Load Checkpoint): Value not in list: ckpt_name: 'a' not in
  // [b]"
  private String line(String id, JsonNode node, JsonNode one) {
    String type = node.path("class_type").asText();
    String title = graph.path(id).at("/_meta/title").asText();
    String name =
        title.isBlank() || title.equals(type)
            ? type
            : type + ", " + ShortText.of(title, LONGEST_NAME);
    String input = one.at("/extra_info/input_name").asText();
    String details = one.path("details").asText();
    String where = input.isEmpty() || details.contains(input) ? "" : input + ": ";
    String what = details.isBlank() ? "" : ": " + where + details;
    return "Node %s (%s): %s%s".formatted(id, name, one.path("message").asText(), what);
  }
}
