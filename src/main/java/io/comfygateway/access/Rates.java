package io.comfygateway.access;

import java.time.Duration;
import java.util.Optional;

/**
 * Counts what callers do in a minute: so many, evenly, and as many at once after a quiet minute.
 */
public interface Rates {
  /**
   * Takes one.
   *
   * @param name of what is counted
   * @param perMinute at least 1
   * @return empty where there was one, else how long until there is
   */
  default Optional<Duration> take(String name, long perMinute) {
    return take(name, perMinute, 1);
  }

  /**
   * Takes several, or none.
   *
   * @param several at most as many as a minute has
   * @return empty where there were as many, else how long until there are
   */
  Optional<Duration> take(String name, long perMinute, long several);
}
