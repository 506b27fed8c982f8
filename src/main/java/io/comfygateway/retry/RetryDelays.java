package io.comfygateway.retry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The delays between tries, such as {@code 0s,5s,30s,2m,10m,30m,2h,5h,10h}.
 *
 * @param delays in their order; at least one
 */
public record RetryDelays(List<Duration> delays) {
  private static final Pattern DELAY = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  /** Refuses a list without delays. */
  public RetryDelays {
    if (delays.isEmpty()) {
      throw new IllegalArgumentException("A retry schedule needs at least one delay");
    }
    delays = List.copyOf(delays);
  }

  /**
   * Reads a list.
   *
   * @param text numbers with the unit ms, s, m, h or d, comma separated
   * @throws IllegalArgumentException that names the faulty entry
   */
  public static RetryDelays parse(String text) {
    List<Duration> delays = new ArrayList<>();
    for (String entry : text.split(",", -1)) {
      Matcher matcher = DELAY.matcher(entry.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "Retry delay %d, \"%s\", is not a number with the unit ms, s, m, h or d, such as 30s"
                .formatted(delays.size() + 1, entry.strip()));
      }
      delays.add(duration(Long.parseLong(matcher.group(1)), matcher.group(2)));
    }
    return new RetryDelays(delays);
  }

  /** The delay before the first try. */
  public Duration first() {
    return delays.get(0);
  }

  /**
   * A delay of the list.
   *
   * @param index from 0 to {@code size() - 1}
   */
  public Duration get(int index) {
    return delays.get(index);
  }

  /** How many there are. */
  public int size() {
    return delays.size();
  }

  private static Duration duration(long number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
