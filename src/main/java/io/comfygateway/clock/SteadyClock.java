package io.comfygateway.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock for pauses within one process: it follows another clock and never goes back. A wall clock
 * that is set back by an hour would otherwise make each pause an hour longer. It does not show the
 * time of day; do not store it or compare it with stored times.
 */
public final class SteadyClock implements InstantSource {
  private final InstantSource clock;
  private Instant last = Instant.MIN;
  private Duration ahead = Duration.ZERO;

  public SteadyClock(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Instant instant() {
    Instant now = clock.instant();
    if (now.isBefore(last)) {
      ahead = ahead.plus(Duration.between(now, last));
    }
    last = now;
    return now.plus(ahead);
  }
}
