package io.comfygateway.access;

import java.time.Duration;
import java.util.Optional;

/** Limits per minute. A limit that was unused for a minute can be used up at once. */
public interface RateLimits {
  /**
   * Takes one permit.
   *
   * @param name of the limit
   * @param perMinute at least 1
   * @return empty if there was one, else how long until there is
   */
  default Optional<Duration> take(String name, long perMinute) {
    return take(name, perMinute, 1);
  }

  /**
   * Takes several permits, or none.
   *
   * @param several at most {@code perMinute}
   * @return empty if there were enough, else how long until there are
   */
  Optional<Duration> take(String name, long perMinute, long several);
}
