package io.comfygateway.comfyapi;

import io.comfygateway.job.ClusterEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Passes frames on to the gateways on the same database, since a client's socket may be open at
 * another gateway than the one that runs its prompt. Only short text frames are passed, and
 * progress only twice a second: pictures and large frames reach the sockets of this gateway alone.
 */
final class ClusterFrames implements PromptStreams.Neighbours {
  /**
   * In bytes; a notification of PostgreSQL takes less than 8,000, of which base64 takes a third.
   */
  private static final int LONGEST = 5_500;

  private static final Duration BETWEEN_PROGRESS = Duration.ofMillis(500);
  private static final Set<String> PASSED =
      Set.of("execution_start", "execution_cached", "executing", "progress", "progress_state");

  private final Supplier<ClusterEvents> others;
  private final InstantSource clock;
  private final Map<UUID, Instant> lastProgress = new ConcurrentHashMap<>();

  ClusterFrames(Supplier<ClusterEvents> others, InstantSource clock) {
    this.others = others;
    this.clock = clock;
  }

  @Override
  public void text(PromptStream stream, String type, String frame) {
    if (PASSED.contains(type)
        && frame.length() <= LONGEST
        && frame.getBytes(StandardCharsets.UTF_8).length <= LONGEST
        && isDue(stream.job(), type)) {
      others.get().frame(stream.job(), frame);
    }
  }

  private boolean isDue(UUID job, String type) {
    if (!type.startsWith("progress")) {
      return true;
    }
    Instant now = clock.instant();
    Instant before = lastProgress.get(job);
    boolean due = before == null || !now.isBefore(before.plus(BETWEEN_PROGRESS));
    if (due) {
      lastProgress.put(job, now);
    }
    return due;
  }

  /** Forgets a prompt that has ended. */
  void forget(UUID job) {
    lastProgress.remove(job);
  }
}
