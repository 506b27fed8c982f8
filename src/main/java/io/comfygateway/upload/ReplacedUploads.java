package io.comfygateway.upload;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/**
 * Uploads whose name another file has taken. Their bytes stay for a moment, since a request may
 * have found them just before. After a crash they are files without a row, which expire.
 */
final class ReplacedUploads {
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final long mostBytes;
  private final Deque<Replaced> waiting = new ArrayDeque<>();
  private long bytes;

  private record Replaced(UUID id, long bytes, Instant since) {}

  /**
   * Makes it.
   *
   * @param mostBytes how many bytes may stay; beyond them the oldest go at once
   */
  ReplacedUploads(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Adds an upload that was replaced. */
  synchronized void add(UUID id, long size, Instant now) {
    waiting.addLast(new Replaced(id, size, now));
    bytes += size;
  }

  /** Those whose files are to be removed now. */
  synchronized List<UUID> due(Instant now) {
    List<UUID> due = new ArrayList<>();
    while (!waiting.isEmpty() && isDue(waiting.peekFirst(), now)) {
      Replaced oldest = waiting.removeFirst();
      bytes -= oldest.bytes();
      due.add(oldest.id());
    }
    return due;
  }

  private boolean isDue(Replaced oldest, Instant now) {
    return bytes > mostBytes || !oldest.since().plus(KEPT).isAfter(now);
  }
}
