package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.prompt.Progress;
import io.comfygateway.prompt.ProgressBoard;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The progress of running prompts for those who listen, on whichever gateway they listen and the
 * prompts run. It is stored nowhere, and only the newest of each prompt counts.
 */
public final class LiveProgress {
  private static final Logger LOG = LoggerFactory.getLogger(LiveProgress.class);
  private static final Duration BETWEEN_ANNOUNCEMENTS = Duration.ofSeconds(10);
  private static final Duration ANNOUNCED = Duration.ofSeconds(30);
  private static final int MOST_RECEIVED = 10_000;

  private final ProgressBoard board;
  private final Supplier<ClusterEvents> neighbours;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Map<UUID, Progress> received = new ConcurrentHashMap<>();
  private volatile Instant wantedUntil = Instant.EPOCH;
  private volatile Instant announced = Instant.EPOCH;

  public LiveProgress(
      ProgressBoard board,
      Supplier<ClusterEvents> neighbours,
      ObjectMapper json,
      InstantSource clock) {
    this.board = board;
    this.neighbours = neighbours;
    this.json = json;
    this.clock = clock;
  }

  /**
   * The newest progress of the prompts that have come further since the last call; sends that of
   * this gateway's to the others where somebody listens there.
   */
  Map<UUID, Progress> take() {
    Map<UUID, Progress> newest = new HashMap<>();
    for (UUID job : List.copyOf(received.keySet())) {
      Progress progress = received.remove(job);
      if (progress != null) {
        newest.put(job, progress);
      }
    }
    Map<UUID, Progress> own = board.takeChanged();
    if (isWantedElsewhere()) {
      own.forEach((job, progress) -> neighbours.get().progress(job, text(progress)));
    }
    newest.putAll(own);
    return newest;
  }

  private String text(Progress progress) {
    try {
      return json.writeValueAsString(progress);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks the other gateways, now and then, to send progress here. */
  void wanted() {
    Instant now = clock.instant();
    if (!now.isBefore(announced.plus(BETWEEN_ANNOUNCEMENTS))) {
      announced = now;
      neighbours.get().listening();
    }
  }

  /** Somebody listens on another gateway. */
  public void wantedElsewhere() {
    wantedUntil = clock.instant().plus(ANNOUNCED);
  }

  /** Whether somebody listens on another gateway. */
  public boolean isWantedElsewhere() {
    return clock.instant().isBefore(wantedUntil);
  }

  /** Takes the progress of another gateway's prompt. */
  public void received(UUID job, String progress) {
    if (received.size() < MOST_RECEIVED) {
      try {
        received.put(job, json.readValue(progress, Progress.class));
      } catch (JsonProcessingException e) {
        // A gateway of another version may send more, or something else.
        LOG.debug("progress of another gateway cannot be read job={}", job, e);
      }
    }
  }
}
