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
  Optional<Duration> take(String name, long perMinute);
}
