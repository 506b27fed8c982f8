package io.comfygateway.settings;

import com.google.re2j.PatternSyntaxException;
import io.comfygateway.access.Scope;
import io.comfygateway.retry.RetryDelays;
import io.comfygateway.retry.StatusList;
import io.comfygateway.retry.StatusPeriods;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.regex.Pattern;

/** The types of settings. */
final class SettingTypes {
  // A field name of HTTP (RFC 9110, section 5.6.2).
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern PERIOD = Pattern.compile("[0-9]{1,6}(ms|s|m|h|d)");
  private static final Pattern NO_TIME = Pattern.compile("0+[a-z]+");
  private static final long MOST_JOBS = 1_000_000_000;

  private SettingTypes() {}

  /** How many of something. */
  static SettingType<Integer> count(int least, int most) {
    return number("", least, most, value -> (int) value);
  }

  /** How many of something that an {@code int} may be too small for. */
  static SettingType<Long> count(long least, long most) {
    return number("", least, most, value -> value);
  }

  /** How many there may be; 0 is no limit, and becomes the largest number. */
  static SettingType<Integer> limit() {
    return number("", 0, MOST_JOBS, value -> value == 0 ? Integer.MAX_VALUE : (int) value);
  }

  /** A number of bytes. */
  static SettingType<Long> bytes(long least, long most) {
    return number("bytes", least, most, value -> value);
  }

  /** A number of bytes that are held in memory. */
  static SettingType<Integer> memory(int least, int most) {
    return number("bytes", least, most, value -> (int) value);
  }

  /** A speed. */
  static SettingType<Integer> bytesPerSecond() {
    return number("bytes a second", 1, Integer.MAX_VALUE, value -> (int) value);
  }

  /** A number of bytes without an upper limit. */
  static SettingType<Long> bytes(long least) {
    return bytes(least, Long.MAX_VALUE);
  }

  /** A time in milliseconds. */
  static SettingType<Duration> milliseconds() {
    return number("milliseconds", 1, Integer.MAX_VALUE, Duration::ofMillis);
  }

  /** A time in milliseconds of at least so many. */
  static SettingType<Duration> milliseconds(long least) {
    return number("milliseconds", least, Integer.MAX_VALUE, Duration::ofMillis);
  }

  /** A time in seconds. */
  static SettingType<Duration> seconds(long least, long most) {
    return number("seconds", least, most, Duration::ofSeconds);
  }

  /** A time in minutes. */
  static SettingType<Duration> minutes(long least, long most) {
    return number("minutes", least, most, Duration::ofMinutes);
  }

  /** A time in hours. */
  static SettingType<Duration> hours() {
    return hours(1, 100_000);
  }

  /** A time in hours. */
  static SettingType<Duration> hours(long least, long most) {
    return number("hours", least, most, Duration::ofHours);
  }

  private static <T> SettingType<T> number(
      String unit, long least, long most, LongFunction<T> value) {
    String range = most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
    String kind = unit.isEmpty() ? "whole number" : "whole number of " + unit;
    String bounds = "from " + least + (most == Long.MAX_VALUE ? " up" : " to " + most);
    return new SettingType<>(
        unit.isEmpty() ? "whole number" : unit,
        range,
        text -> {
          try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
              return value.apply(number);
            }
          } catch (NumberFormatException notANumber) {
            // answered below, as a number outside of the range
          }
          throw new IllegalArgumentException("\"" + text + "\" is not a " + kind + " " + bounds);
        },
        Optional.empty());
  }

  /** A time with its unit, longer than nothing. */
  static SettingType<Duration> period() {
    return new SettingType<>(
        "time with its unit ms, s, m, h or d",
        "1ms to 999999d",
        text -> {
          if (!PERIOD.matcher(text).matches() || NO_TIME.matcher(text).matches()) {
            throw new IllegalArgumentException(
                "\"" + text + "\" is not a time with its unit ms, s, m, h or d, such as 7d");
          }
          return RetryDelays.parse(text).first();
        },
        Optional.empty());
  }

  /** Delays between tries. */
  static SettingType<RetryDelays> delays() {
    return SettingType.required(
        "comma-separated times with their units ms, s, m, h or d", RetryDelays::parse);
  }

  /** Statuses of HTTP. */
  static SettingType<StatusList> statuses() {
    return SettingType.required(
        "comma-separated HTTP statuses and ranges of them", StatusList::parse);
  }

  /** Statuses of HTTP, each with a time. */
  static SettingType<StatusPeriods> statusPeriods() {
    return SettingType.required(
            "comma-separated HTTP statuses, each with a colon and a time", StatusPeriods::parse)
        .orWhenEmpty(new StatusPeriods(Map.of()));
  }

  /** One of a few words. */
  static SettingType<String> oneOf(String... words) {
    List<String> known = List.of(words);
    String last = known.get(known.size() - 1);
    String others = String.join(", ", known.subList(0, known.size() - 1));
    return SettingType.required(
        others + " or " + last,
        SettingType.checked(
            text -> {
              if (!known.contains(text)) {
                throw new IllegalArgumentException(
                    "\"" + text + "\" is not " + others + " or " + last);
              }
            }));
  }

  /** Any text. */
  static SettingType<String> text() {
    return SettingType.required("text", text -> text);
  }

  /** Any text, or none. */
  static SettingType<Optional<String>> optionalText() {
    return SettingType.optional("text", text -> text);
  }

  /** Words, or none. */
  static SettingType<List<String>> list(String name) {
    return SettingType.required(name, SettingTypes::words).orWhenEmpty(List.of());
  }

  /** The words of a comma-separated text. */
  static List<String> words(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** A file, as it is named. */
  static SettingType<Path> file() {
    return SettingType.required("file", Path::of);
  }

  /** A file, or none. */
  static SettingType<Optional<Path>> optionalFile() {
    return SettingType.optional("file", Path::of);
  }

  /** A folder, as an absolute path. */
  static SettingType<Path> folder() {
    return SettingType.required("folder", SettingTypes::absolute);
  }

  /** A folder, as an absolute path, or none. */
  static SettingType<Optional<Path>> optionalFolder() {
    return SettingType.optional("folder", SettingTypes::absolute);
  }

  private static Path absolute(String text) {
    return Path.of(text).toAbsolutePath().normalize();
  }

  /** An HTTP URL, or none. */
  static SettingType<Optional<URI>> optionalUrl() {
    return SettingType.optional("URL", SettingTypes::httpUrl);
  }

  /** An HTTP URL without slashes at its end. */
  static URI httpUrl(String text) {
    try {
      URI url = new URI(text.replaceAll("(?<!/)/++$", ""));
      if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException notAUri) {
      // answered below, as everything else that is not a URL of the form
    }
    throw new IllegalArgumentException("\"" + text + "\" is not a URL of the form https://host");
  }

  /** The name of a header. */
  static SettingType<String> header() {
    return SettingType.required("header name", SettingTypes::headerName);
  }

  /** The name of a header, or none. */
  static SettingType<Optional<String>> optionalHeader() {
    return SettingType.optional("header name", SettingTypes::headerName);
  }

  private static String headerName(String text) {
    if (!HEADER_NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a header name, such as X-API-Key");
    }
    return text;
  }

  /** Scopes of callers. */
  static SettingType<Set<Scope>> scopes() {
    return SettingType.required("scopes joined by +", Scope::parse);
  }

  /** A regular expression that takes linear time, since others write the text that it is for. */
  static SettingType<com.google.re2j.Pattern> pattern() {
    return SettingType.required(
        "regular expression (RE2)",
        text -> {
          try {
            return com.google.re2j.Pattern.compile(text);
          } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                "it is not a regular expression of RE2: " + e.getDescription(), e);
          }
        });
  }
}
