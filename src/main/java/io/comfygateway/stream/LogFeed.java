package io.comfygateway.stream;

import io.comfygateway.job.JobEvent;
import io.comfygateway.job.JobEventLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the event log from its end on, each row once. A transaction that commits late adds a row
 * below those that were read already: numbers that were skipped are looked for until they can only
 * belong to a transaction that was rolled back.
 */
final class LogFeed {
  /** Longer than any transaction may take: a statement waits for a lock for 10 s at most. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofSeconds(30);

  private static final int LOOK_BACK = 100;
  private static final int MOST_MISSING = 1_000;
  private static final int ROWS_AT_ONCE = 1_000;
  private static final int MOST_QUERIES = 10;

  private final JobEventLog log;
  private final InstantSource clock;
  private final TreeMap<Long, Instant> missing = new TreeMap<>();
  private long newest;

  LogFeed(JobEventLog log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Begins at the end of the log. */
  void begin() {
    missing.clear();
    newest = log.newest();
    long first = Math.max(1, newest - LOOK_BACK + 1);
    expect(first, newest, new HashSet<>(log.numbers(first)));
  }

  private void expect(long first, long last, Set<Long> there) {
    Instant now = clock.instant();
    for (long number = Math.max(first, last - MOST_MISSING + 1); number <= last; number++) {
      if (!there.contains(number)) {
        missing.put(number, now);
      }
    }
    while (missing.size() > MOST_MISSING) {
      missing.pollFirstEntry();
    }
  }

  /** The rows that have been committed since the last call. */
  List<JobEvent> read() {
    Instant oldest = clock.instant().minus(LONGEST_TRANSACTION);
    missing.values().removeIf(since -> since.isBefore(oldest));
    List<JobEvent> rows = new ArrayList<>(log.some(missing.keySet()));
    rows.forEach(late -> missing.remove(late.sequence()));
    for (int query = 0; query < MOST_QUERIES; query++) {
      List<JobEvent> more = log.from(newest + 1, ROWS_AT_ONCE);
      if (more.isEmpty()) {
        return rows;
      }
      long last = more.get(more.size() - 1).sequence();
      expect(newest + 1, last, new HashSet<>(more.stream().map(JobEvent::sequence).toList()));
      newest = last;
      rows.addAll(more);
      if (more.size() < ROWS_AT_ONCE) {
        return rows;
      }
    }
    return rows;
  }

  /** The lowest number whose row was not read; one above the last where none is missing. */
  long from() {
    return missing.isEmpty() ? newest + 1 : missing.firstKey();
  }

  /** Whether a row was read. */
  boolean hasRead(long number) {
    return number <= newest && !missing.containsKey(number);
  }

  /** The position of a client that has all rows that were read. */
  EventId position() {
    return new EventId(newest, 0, from());
  }
}
