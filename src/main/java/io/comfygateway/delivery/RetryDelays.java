package io.comfygateway.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads delays such as {@code 0s,5s,30s,2m,10m,30m,2h,5h,10h}. */
public final class RetryDelays {
  private static final Pattern DELAY = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private RetryDelays() {}

  /**
   * @param text numbers with the unit ms, s, m, h or d, comma separated
   * @throws IllegalArgumentException that names the faulty entry
   */
  public static List<Duration> parse(String text) {
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
    return List.copyOf(delays);
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
