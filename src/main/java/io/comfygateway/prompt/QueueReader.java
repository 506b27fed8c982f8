package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.comfygateway.pool.BoundedJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the answer of {@code GET /queue}: {@code {"queue_running": […], "queue_pending": […]}} with
 * entries {@code [number, prompt_id, graph, extra_data, output nodes]}. The graphs, those of
 * everybody, are passed over.
 */
public final class QueueReader {
  private static final String RUNNING = "queue_running";
  private static final String PENDING = "queue_pending";

  private record Entry(double number, String promptId) {}

  private QueueReader() {}

  /**
   * Where the prompt stands; reads the answer to its end and closes it. Entries of another shape
   * are passed over.
   *
   * @throws IOException where it cannot be read, is no JSON, or lacks one of the two lists: what
   *     something else answers in the place of ComfyUI does not mean that the queue is empty
   */
  public static QueuePlace contains(InputStream answer, String promptId) throws IOException {
    Map<String, List<Entry>> lists = new HashMap<>();
    try (JsonParser parser = BoundedJson.parser(answer)) {
      parser.nextToken();
      BoundedJson.eachField(parser, (name, value) -> entries(name, value, lists));
    }
    List<Entry> running = list(lists, RUNNING);
    List<Entry> pending = list(lists, PENDING);
    if (running.stream().anyMatch(entry -> entry.promptId().equals(promptId))) {
      return new QueuePlace.Running();
    }
    return pending.stream()
        .filter(entry -> entry.promptId().equals(promptId))
        .findFirst()
        .<QueuePlace>map(entry -> new QueuePlace.Pending(1 + ahead(pending, entry)))
        .orElseGet(QueuePlace.Absent::new);
  }

  // The list is ComfyUI's heap as it lies in memory, so only the numbers say who comes first.
  private static int ahead(List<Entry> pending, Entry entry) {
    return (int) pending.stream().filter(other -> other.number() < entry.number()).count();
  }

  private static List<Entry> list(Map<String, List<Entry>> lists, String name) throws IOException {
    List<Entry> list = lists.get(name);
    if (list == null) {
      throw new IOException("the answer to GET /queue is not ComfyUI's: it has no list " + name);
    }
    return list;
  }

  private static void entries(String name, JsonParser answer, Map<String, List<Entry>> lists)
      throws IOException {
    boolean wanted = name.equals(RUNNING) || name.equals(PENDING);
    if (!wanted || answer.currentToken() != JsonToken.START_ARRAY) {
      answer.skipChildren();
      return;
    }
    List<Entry> entries = new ArrayList<>();
    while (answer.nextToken() != JsonToken.END_ARRAY) {
      if (answer.currentToken() == JsonToken.START_ARRAY) {
        entries.add(entry(answer));
      } else {
        answer.skipChildren();
      }
    }
    lists.put(name, entries);
  }

  private static Entry entry(JsonParser answer) throws IOException {
    double number = 0;
    String promptId = "";
    for (int i = 0; answer.nextToken() != JsonToken.END_ARRAY; i++) {
      if (i == 0 && answer.currentToken().isNumeric()) {
        number = answer.getDoubleValue();
      } else if (i == 1 && answer.currentToken() == JsonToken.VALUE_STRING) {
        promptId = answer.getText();
      } else {
        answer.skipChildren();
      }
    }
    return new Entry(number, promptId);
  }
}
