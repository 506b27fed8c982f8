package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.BoundedJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Reads the answer of {@code GET /history/{id}}: {@code {}} or {@code {id: {"outputs": …, "status":
 * {"status_str": "success" | "error", "completed": …, "messages": [[name, data], …]}}}}.
 */
public final class HistoryReader {
  /** The most characters of an exception's message that are kept. */
  public static final int MAX_MESSAGE = 2000;

  private static final int MAX_NAME = 200;
  // ComfyUI keeps 10,000 prompts in its history.
  private static final int MAX_ENTRIES = 100_000;
  private static final String TOO_LARGE =
      ("What ComfyUI's history tells of this prompt is larger than %d million characters. Have large"
              + " data saved as files, not shown as text.")
          .formatted(BoundedJson.MOST / 1_000_000);
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\n\\t]]");

  private HistoryReader() {}

  /**
   * The result of one prompt; reads the answer to its end and closes it. Of the prompt's entry only
   * the outputs and the status are kept, of other entries nothing.
   *
   * @param promptId the prompt
   * @param answer the answer of {@code /history/{id}} or {@code /history}
   * @throws IOException where it cannot be read, is not JSON, or is not a history: an error in JSON
   *     does not mean that the prompt is absent
   */
  public static PromptResult read(String promptId, InputStream answer) throws IOException {
    try (JsonParser parser = BoundedJson.parser(answer)) {
      return find(promptId, parser).map(HistoryReader::result).orElseGet(PromptResult.Pending::new);
    } catch (StreamConstraintsException tooLarge) {
      return new PromptResult.Failed(
          Optional.empty(), Optional.empty(), Optional.of("HistoryTooLarge"), TOO_LARGE);
    }
  }

  /**
   * The nodes that ComfyUI took from its cache instead of running them ({@code execution_cached});
   * reads the answer to its end and closes it.
   *
   * @throws IOException where it cannot be read or is not a history
   */
  public static Set<String> cachedNodes(String promptId, InputStream answer) throws IOException {
    try (JsonParser parser = BoundedJson.parser(answer)) {
      Set<String> nodes = new HashSet<>();
      find(promptId, parser)
          .flatMap(entry -> message(entry.path("status").path("messages"), "execution_cached"))
          .ifPresent(data -> data.path("nodes").forEach(node -> nodes.add(node.asText())));
      return nodes;
    }
  }

  private static Optional<ObjectNode> find(String promptId, JsonParser answer) throws IOException {
    if (answer.nextToken() != JsonToken.START_OBJECT) {
      throw noHistory();
    }
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    AtomicInteger entries = new AtomicInteger();
    BoundedJson.eachField(
        answer,
        (id, value) -> {
          boolean isWanted = id.equals(promptId);
          if (value.currentToken() != JsonToken.START_OBJECT
              || entries.incrementAndGet() > MAX_ENTRIES
              || !isEntry(value, isWanted ? Optional.of(found) : Optional.empty())) {
            throw noHistory();
          }
        });
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  private static IOException noHistory() {
    return new IOException("the answer to GET /history is not ComfyUI's");
  }

  private static boolean isEntry(JsonParser answer, Optional<ObjectNode> kept) throws IOException {
    AtomicBoolean isKnown = new AtomicBoolean();
    BoundedJson.eachField(
        answer,
        (field, value) -> {
          boolean known = field.equals("outputs") || field.equals("status");
          if (known) {
            isKnown.set(true);
          }
          if (known && kept.isPresent()) {
            kept.get().set(field, BoundedJson.tree(value));
          } else {
            value.skipChildren();
          }
        });
    return isKnown.get();
  }

  private static PromptResult result(ObjectNode entry) {
    JsonNode status = entry.path("status");
    // Servers that are too old to keep a status write an entry only at the end of a run.
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
    return Optional.of(ShortText.of(clean, limit));
  }
}
