package io.comfygateway.retry;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HTTP statuses of errors, each with a period, such as {@code 404:10m,409:10m,500:1m}.
 *
 * @param periods by status; may be empty
 */
public record StatusPeriods(Map<Integer, Duration> periods) {
  private static final Pattern ENTRY = Pattern.compile("([45][0-9]{2}):([0-9]{1,9}(?:ms|s|m|h|d))");

  public StatusPeriods {
    periods = Map.copyOf(periods);
  }

  /**
   * Reads a list.
   *
   * @param text statuses from 400 to 599, each with a colon and a time, comma separated
   * @throws IllegalArgumentException that names the faulty entry
   */
  public static StatusPeriods parse(String text) {
    Map<Integer, Duration> periods = new LinkedHashMap<>();
    for (String entry : text.split(",", -1)) {
      Matcher matcher = ENTRY.matcher(entry.strip());
      if (!matcher.matches()
          || periods.put(
                  Integer.valueOf(matcher.group(1)), RetryDelays.parse(matcher.group(2)).first())
              != null) {
        throw new IllegalArgumentException(
            "\"%s\" is not an HTTP status from 400 to 599 that is listed once, with its time, such as 404:10m"
                .formatted(entry.strip()));
      }
    }
    return new StatusPeriods(periods);
  }

  /** The period of a status; empty if it is not listed. */
  public Optional<Duration> of(int status) {
    return Optional.ofNullable(periods.get(status));
  }
}
