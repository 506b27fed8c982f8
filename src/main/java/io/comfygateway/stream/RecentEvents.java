package io.comfygateway.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The events of the last rows of the log, so that most clients resume without a query. */
final class RecentEvents {
  private static final int MOST = 5_000;
  private static final long MOST_CHARACTERS = 4_000_000;

  private final Deque<Sent> events = new ArrayDeque<>();
  private long characters;
  private long floor;

  /**
   * An event and its lines.
   *
   * @param text the lines
   */
  record Sent(StreamEvent event, String text) {}

  /** Begins with those of a row on. */
  void begin(long from) {
    events.clear();
    characters = 0;
    floor = from;
  }

  void add(List<Sent> more) {
    for (Sent sent : more) {
      events.addLast(sent);
      characters += sent.text().length();
    }
    while (events.size() > MOST || characters > MOST_CHARACTERS) {
      Sent oldest = events.removeFirst();
      characters -= oldest.text().length();
      floor = Math.max(floor, oldest.event().row() + 1);
    }
  }

  /** Whether all that a client at a position may not have is here. */
  boolean cover(EventId position) {
    return position.firstRow() >= floor;
  }

  /** What a client at a position may not have, in order. */
  List<Sent> after(EventId position) {
    return events.stream().filter(sent -> position.isBefore(sent.event())).toList();
  }
}
