package io.comfygateway.stream;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code id} of an event, from which a client resumes: {@code 1042} is a row of the event log,
 * {@code 1042.2} the second of several events that the row stands for. Rows of other jobs may be
 * committed late, under lower numbers: {@code 1042-1040} says that those from 1040 on may still be
 * missing.
 *
 * @param row the number of the row
 * @param part the place among the events of the row, from 1; 0 for the last one
 * @param from the lowest row that the client may not have; it is {@code row + 1} where none is
 *     missing
 */
public record EventId(long row, int part, long from) {
  private static final Pattern TEXT =
      Pattern.compile("([0-9]{1,18})(?:\\.([0-9]{1,6}))?(?:-([0-9]{1,18}))?");

  /** The position behind all rows below a number. */
  public static EventId before(long row) {
    return new EventId(Math.max(0, row - 1), 0, Math.max(1, row));
  }

  /** Reads a text of {@link #text}; empty where it is none. */
  public static Optional<EventId> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long row = Long.parseLong(parts.group(1));
    int part = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
    long from = parts.group(3) == null ? row + 1 : Long.parseLong(parts.group(3));
    return Optional.of(new EventId(row, part, Math.min(from, row + 1)));
  }

  /** As the client gets it. */
  public String text() {
    String place = part == 0 ? Long.toString(row) : row + "." + part;
    return from > row ? place : place + "-" + from;
  }

  /** The lowest row that has events which a client at this position may not have. */
  public long firstRow() {
    return part == 0 ? from : Math.min(from, row);
  }

  /** Whether a client at this position may not have an event. */
  boolean isBefore(StreamEvent event) {
    if (event.row() == row) {
      return part > 0 && (event.part() == 0 || event.part() > part);
    }
    return event.row() >= from;
  }
}
