package io.comfygateway.retry;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HTTP statuses other than those of success, such as {@code 408,425,429,500-599}.
 *
 * @param ranges each with both of its ends
 */
public record StatusList(List<Range> ranges) {
  private static final Pattern ENTRY = Pattern.compile("([345][0-9]{2})(?:-([345][0-9]{2}))?");
  private static final int LARGEST = 599;

  /** Statuses from the first to the last. */
  public record Range(int first, int last) {}

  public StatusList {
    ranges = List.copyOf(ranges);
  }

  /**
   * Reads a list.
   *
   * @param text statuses and ranges from 300 to 599, comma separated
   * @throws IllegalArgumentException that names the faulty entry
   */
  public static StatusList parse(String text) {
    List<Range> ranges = new ArrayList<>();
    for (String entry : text.split(",", -1)) {
      Matcher matcher = ENTRY.matcher(entry.strip());
      Range range = matcher.matches() ? range(matcher) : new Range(1, 0);
      if (range.last() < range.first()) {
        throw new IllegalArgumentException(
            "Status %d, \"%s\", is not an HTTP status from 300 to 599, such as 429, or a range of them, such as 500-599"
                .formatted(ranges.size() + 1, entry.strip()));
      }
      ranges.add(range);
    }
    return new StatusList(ranges);
  }

  private static Range range(Matcher entry) {
    int first = Integer.parseInt(entry.group(1));
    return new Range(first, entry.group(2) == null ? first : Integer.parseInt(entry.group(2)));
  }

  /** Whether a status is listed; an invalid one above 599 counts as 599 (RFC 9110, section 15). */
  public boolean contains(int status) {
    int valid = Math.min(status, LARGEST);
    return ranges.stream().anyMatch(range -> range.first() <= valid && valid <= range.last());
  }
}
