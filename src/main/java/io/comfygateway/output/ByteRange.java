package io.comfygateway.output;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a file (RFC 9110, section 14).
 *
 * @param first its first byte, counted from 0
 * @param last its last byte, which belongs to it
 * @param total the size of the whole file in bytes
 */
public record ByteRange(long first, long last, long total) {
  private static final String UNIT = "bytes=";
  private static final Pattern SPEC = Pattern.compile("([0-9]*)-([0-9]*)");
  private static final int LONG_DIGITS = 18;

  /**
   * Reads a {@code Range} header.
   *
   * @param header its value
   * @param total the size of the file in bytes
   * @return empty where the whole file is to be sent: for a header that is not valid, a unit that
   *     is not bytes, and several ranges, which a server may ignore
   * @throws Problem RANGE_NOT_SATISFIABLE, with {@code Content-Range}, where the range lies outside
   */
  public static Optional<ByteRange> parse(String header, long total) {
    String value = header.strip();
    if (!value.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
      return Optional.empty();
    }
    // Section 5.6.1: empty elements of a list do not count.
    List<String> specs =
        Arrays.stream(value.substring(UNIT.length()).split(","))
            .map(String::strip)
            .filter(it -> !it.isEmpty())
            .toList();
    if (specs.size() != 1) {
      return Optional.empty();
    }
    Matcher spec = SPEC.matcher(specs.get(0));
    if (!spec.matches() || spec.group().equals("-")) {
      return Optional.empty();
    }
    return spec.group(1).isEmpty()
        ? suffix(number(spec.group(2)), total)
        : interval(number(spec.group(1)), spec.group(2), total);
  }

  /** The size of the part in bytes. */
  public long length() {
    return last - first + 1;
  }

  /** The value of {@code Content-Range}. */
  public String contentRange() {
    return "bytes %d-%d/%d".formatted(first, last, total);
  }

  private static Optional<ByteRange> suffix(long length, long total) {
    if (length == 0) {
      throw unsatisfiable(total);
    }
    // The last bytes of an empty file are satisfiable, but no Content-Range can say so.
    return total == 0
        ? Optional.empty()
        : Optional.of(new ByteRange(Math.max(0, total - length), total - 1, total));
  }

  private static Optional<ByteRange> interval(long first, String end, long total) {
    long last = end.isEmpty() ? Long.MAX_VALUE : number(end);
    if (last < first) {
      return Optional.empty();
    }
    if (first >= total) {
      throw unsatisfiable(total);
    }
    return Optional.of(new ByteRange(first, Math.min(last, total - 1), total));
  }

  // A number of any length is valid; no file is as large as one that does not fit.
  private static long number(String digits) {
    String plain = digits.replaceFirst("^0+(?=.)", "");
    return plain.length() > LONG_DIGITS ? Long.MAX_VALUE : Long.parseLong(plain);
  }

  private static Problem unsatisfiable(long total) {
    String detail =
        "The header Range asks for bytes outside the output, which has %d bytes.".formatted(total);
    return new Problem(ProblemType.RANGE_NOT_SATISFIABLE, detail)
        .withHeader("Content-Range", "bytes */" + total);
  }
}
