package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.comfygateway.pool.BoundedJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the answer of {@code GET /queue}: {@code {"queue_running": […], "queue_pending": […]}} with
 * entries {@code [number, prompt_id, graph, extra_data, output nodes]}. The graphs are skipped, and
 * of other entries nothing is kept.
 */
public final class QueueReader {
  private static final String RUNNING = "queue_running";
  private static final String PENDING = "queue_pending";

  private QueueReader() {}

  /**
   * Where the prompt is; reads the answer to its end and closes it. Entries of another shape are
   * skipped.
   *
   * @throws IOException where it cannot be read, is not JSON, or lacks one of the two lists: the
   *     answer of something else than ComfyUI does not mean that the queue is empty
   */
  public static PromptPlace read(InputStream answer, String promptId) throws IOException {
    Map<String, Boolean> lists = new HashMap<>();
    try (JsonParser parser = BoundedJson.parser(answer)) {
      parser.nextToken();
      BoundedJson.eachField(
          parser,
          (name, value) -> {
            boolean isWanted = name.equals(RUNNING) || name.equals(PENDING);
            if (isWanted && value.currentToken() == JsonToken.START_ARRAY) {
              lists.put(name, has(promptId, value));
            } else {
              value.skipChildren();
            }
          });
    }
    boolean runs = isIn(RUNNING, lists);
    boolean waits = isIn(PENDING, lists);
    if (runs) {
      return PromptPlace.RUNNING;
    }
    return waits ? PromptPlace.WAITING : PromptPlace.ABSENT;
  }

  private static boolean isIn(String name, Map<String, Boolean> lists) throws IOException {
    Boolean found = lists.get(name);
    if (found == null) {
      throw new IOException("the answer to GET /queue is not ComfyUI's: it has no list " + name);
    }
    return found;
  }

  private static boolean has(String promptId, JsonParser list) throws IOException {
    boolean found = false;
    while (list.nextToken() != JsonToken.END_ARRAY) {
      if (list.currentToken() == JsonToken.START_ARRAY) {
        found |= isOf(promptId, list);
      } else {
        list.skipChildren();
      }
    }
    return found;
  }

  private static boolean isOf(String promptId, JsonParser entry) throws IOException {
    boolean found = false;
    for (int i = 0; entry.nextToken() != JsonToken.END_ARRAY; i++) {
      if (i == 1 && entry.currentToken() == JsonToken.VALUE_STRING) {
        found = promptId.equals(entry.getText());
      } else {
        entry.skipChildren();
      }
    }
    return found;
  }
}
