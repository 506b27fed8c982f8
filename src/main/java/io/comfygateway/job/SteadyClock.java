package io.comfygateway.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock for pauses within one process: it goes on as another one does and never back. A wall
 * clock that is set back by an hour would otherwise stretch each pause by an hour. What it says is
 * not the time of day, and is not to be stored or compared with what is.
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
