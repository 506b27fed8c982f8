package io.comfygateway.stream;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * An event as its listeners see it.
 *
 * @param name such as {@code status} or {@code finished}
 * @param row the row of the event log; 0 where the event is in none
 * @param part the place among the events of the row, from 1; 0 for the last one
 * @param subject what it is about
 * @param data JSON on one line
 */
public record StreamEvent(String name, long row, int part, Subject subject, String data) {

  /**
   * What filters look at.
   *
   * @param job the job
   * @param owner the job's caller
   * @param workflow {@code name@version}; empty for a graph of the caller's own
   * @param status the job's status
   * @param metadata the job's metadata, by field
   */
  public record Subject(
      UUID job,
      String owner,
      Optional<String> workflow,
      String status,
      Map<String, String> metadata) {}

  /**
   * The lines of the event.
   *
   * @param from the lowest row that clients may not have yet
   */
  String text(long from) {
    String id =
        row == 0 ? "" : "id: " + new EventId(row, part, Math.min(from, row + 1)).text() + "\n";
    return "event: " + name + "\n" + id + "data: " + data + "\n\n";
  }
}
