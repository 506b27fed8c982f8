package io.comfygateway.backend;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
  private record Entry(double number, String promptId) {}

  private QueueReader() {}

  /**
   * Where the prompt stands; reads the answer to its end and closes it. Never throws on an answer
   * of another shape: what is not recognised is absent.
   *
   * @throws IOException where it cannot be read, or is no JSON
   */
  public static QueuePlace contains(InputStream answer, String promptId) throws IOException {
    Map<String, List<Entry>> lists = new HashMap<>();
    try (JsonParser parser = BoundedJson.parser(answer)) {
      parser.nextToken();
      BoundedJson.eachField(parser, (name, value) -> lists.put(name, entries(value)));
    }
    List<Entry> running = lists.getOrDefault("queue_running", List.of());
    if (running.stream().anyMatch(entry -> entry.promptId().equals(promptId))) {
      return new QueuePlace.Running();
    }
    List<Entry> pending = lists.getOrDefault("queue_pending", List.of());
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

  private static List<Entry> entries(JsonParser answer) throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (answer.currentToken() == JsonToken.START_ARRAY) {
      while (answer.nextToken() != JsonToken.END_ARRAY) {
        if (answer.currentToken() == JsonToken.START_ARRAY) {
          entries.add(entry(answer));
        } else {
          answer.skipChildren();
        }
      }
    } else {
      answer.skipChildren();
    }
    return entries;
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
