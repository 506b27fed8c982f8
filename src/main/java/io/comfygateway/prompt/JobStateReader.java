package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.comfygateway.pool.BoundedJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the answer of {@code GET /api/jobs/{id}}, which ComfyUI has since 0.26: {@code {"id": …,
 * "status": …, …}}, or 404 and {@code {"error": …}}. It repeats the graph and the outputs, whose
 * size is unknown: these are skipped.
 */
final class JobStateReader {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final Set<String> FIELDS = Set.of("id", "status", "error");
  private static final Map<String, PromptPlace> PLACES =
      Map.of(
          "pending", PromptPlace.WAITING,
          "in_progress", PromptPlace.RUNNING,
          "completed", PromptPlace.ENDED,
          "failed", PromptPlace.ENDED,
          "cancelled", PromptPlace.ENDED);

  private JobStateReader() {}

  /**
   * Where the prompt is; reads the answer to its end and closes it.
   *
   * @return empty where the answer is not ComfyUI's, so that it says nothing about the prompt
   * @throws IOException where it cannot be read, or is not JSON
   */
  static Optional<PromptPlace> read(String promptId, int status, InputStream answer)
      throws IOException {
    if (status == OK) {
      Map<String, String> fields = fields(answer);
      return promptId.equals(fields.get("id"))
          ? Optional.ofNullable(PLACES.get(fields.getOrDefault("status", "")))
          : Optional.empty();
    }
    return status == NOT_FOUND && fields(answer).containsKey("error")
        ? Optional.of(PromptPlace.ABSENT)
        : Optional.empty();
  }

  private static Map<String, String> fields(InputStream answer) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser parser = BoundedJson.parser(answer)) {
      parser.nextToken();
      BoundedJson.eachField(
          parser,
          (name, value) -> {
            if (FIELDS.contains(name) && value.currentToken() == JsonToken.VALUE_STRING) {
              fields.put(name, value.getText());
            } else {
              value.skipChildren();
            }
          });
    }
    return fields;
  }
}
