package io.comfygateway.backend;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads the answer of {@code GET /queue}: {@code {"queue_running": […], "queue_pending": […]}} with
 * entries {@code [number, prompt_id, graph, extra_data, output nodes]}.
 */
public final class QueueReader {
  private QueueReader() {}

  /**
   * Where the prompt stands. Never throws on an answer of another shape: what is not recognised is
   * absent.
   */
  public static QueuePlace contains(JsonNode queueAnswer, String promptId) {
    for (JsonNode entry : queueAnswer.path("queue_running")) {
      if (isPrompt(entry, promptId)) {
        return new QueuePlace.Running();
      }
    }
    JsonNode pending = queueAnswer.path("queue_pending");
    for (JsonNode entry : pending) {
      if (isPrompt(entry, promptId)) {
        return new QueuePlace.Pending(1 + ahead(pending, entry));
      }
    }
    return new QueuePlace.Absent();
  }

  // The list is ComfyUI's heap as it lies in memory, so only the numbers say who comes first.
  private static int ahead(JsonNode pending, JsonNode entry) {
    double number = entry.path(0).asDouble();
    int ahead = 0;
    for (JsonNode other : pending) {
      if (other.path(0).asDouble() < number) {
        ahead++;
      }
    }
    return ahead;
  }

  private static boolean isPrompt(JsonNode entry, String promptId) {
    return promptId.equals(entry.path(1).asText());
  }
}
