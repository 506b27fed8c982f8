package io.comfygateway.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the answer of {@code GET /history/{id}}: {@code {}} or {@code {id: {"outputs": …, "status":
 * {"status_str": "success" | "error", "completed": …, "messages": [[name, data], …]}}}}.
 */
public final class HistoryReader {
  /** The most characters of an exception's message that are kept. */
  public static final int MAX_MESSAGE = 2000;

  private static final int MAX_NAME = 200;
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\n\\t]]");

  private HistoryReader() {}

  /**
   * What the history says of one prompt. Never throws on an answer of another shape.
   *
   * @param promptId the prompt
   * @param historyAnswer the parsed answer of {@code /history/{id}} or {@code /history}
   */
  public static PromptResult read(String promptId, JsonNode historyAnswer) {
    JsonNode entry = historyAnswer.path(promptId);
    if (!entry.isObject()) {
      return new PromptResult.Pending();
    }
    JsonNode status = entry.path("status");
    // Servers from before the status was kept write an entry only at the end of a run.
    boolean succeeded =
        !status.isObject()
            || "success".equals(status.path("status_str").asText())
            || (!"error".equals(status.path("status_str").asText())
                && status.path("completed").asBoolean(false));
    return succeeded ? succeeded(entry) : failed(status.path("messages"));
  }

  private static PromptResult succeeded(JsonNode entry) {
    JsonNode outputs = entry.path("outputs");
    return new PromptResult.Succeeded(
        outputs.isObject() ? outputs : JsonNodeFactory.instance.objectNode());
  }

  private static PromptResult failed(JsonNode messages) {
    Optional<JsonNode> error = message(messages, "execution_error");
    if (error.isEmpty() && message(messages, "execution_interrupted").isPresent()) {
      return new PromptResult.Interrupted();
    }
    JsonNode data = error.orElseGet(JsonNodeFactory.instance::objectNode);
    return new PromptResult.Failed(
        text(data, "node_id", MAX_NAME),
        text(data, "node_type", MAX_NAME),
        text(data, "exception_type", MAX_NAME),
        text(data, "exception_message", MAX_MESSAGE)
            .orElse("ComfyUI reports an error without a message; its log says more."));
  }

  private static Optional<JsonNode> message(JsonNode messages, String name) {
    for (JsonNode message : messages) {
      if (name.equals(message.path(0).asText())) {
        return Optional.of(message.path(1));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> text(JsonNode data, String field, int limit) {
    String clean = CONTROL.matcher(data.path(field).asText("")).replaceAll("").strip();
    if (clean.isEmpty() || data.path(field).isNull()) {
      return Optional.empty();
    }
    if (clean.length() <= limit) {
      return Optional.of(clean);
    }
    int end = Character.isHighSurrogate(clean.charAt(limit - 2)) ? limit - 2 : limit - 1;
    return Optional.of(clean.substring(0, end) + "…");
  }
}
