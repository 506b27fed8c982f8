package io.comfygateway.retry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Reads {@code Retry-After}: seconds or an HTTP date (RFC 9110, section 10.2.3). */
public final class RetryAfter {
  private static final int DIGITS_OF_CENTURIES = 10;

  private RetryAfter() {}

  /**
   * How long to wait, never negative and at most {@code longest}; empty where the text is neither.
   */
  public static Optional<Duration> parse(String text, Instant now, Duration longest) {
    String value = text.strip();
    if (value.matches("[0-9]+")) {
      return Optional.of(
          value.length() > DIGITS_OF_CENTURIES
              ? longest
              : shorter(Duration.ofSeconds(Long.parseLong(value)), longest));
    }
    try {
      Instant at = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value));
      Duration wait = Duration.between(now, at);
      return Optional.of(wait.isNegative() ? Duration.ZERO : shorter(wait, longest));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
