package io.comfygateway.http;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the end of a multipart body: its last boundary, followed by two dashes (RFC 2046, section
 * 5.1.1). Netty's decoder does not demand it, so of a form that was cut off, or whose boundary
 * differs from that of its Content-Type, only the fields that it had found would count.
 */
final class FormEnd {
  private static final String PARAMETER = "boundary=";

  private final byte[] line;
  // For each place in the line: how much of what ends there is also its beginning.
  private final int[] borders;
  private int matched = 1;

  /**
   * @param boundary as {@link #boundary} reads it
   */
  FormEnd(String boundary) {
    this.line = ("\n--" + boundary + "--").getBytes(StandardCharsets.ISO_8859_1);
    this.borders = borders(line);
  }

  /** The boundary that a Content-Type names. */
  static Optional<String> boundary(String contentType) {
    for (String parameter : contentType.split(";")) {
      String text = parameter.strip();
      if (text.toLowerCase(Locale.ROOT).startsWith(PARAMETER)) {
        String value = text.substring(PARAMETER.length()).strip();
        boolean isQuoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        String boundary = isQuoted ? value.substring(1, value.length() - 1) : value;
        return Optional.of(boundary).filter(name -> !name.isBlank());
      }
    }
    return Optional.empty();
  }

  // Knuth-Morris-Pratt: each byte of the body is read once.
  private static int[] borders(byte[] pattern) {
    int[] borders = new int[pattern.length];
    int common = 0;
    for (int i = 1; i < pattern.length; i++) {
      while (common > 0 && pattern[i] != pattern[common]) {
        common = borders[common - 1];
      }
      if (pattern[i] == pattern[common]) {
        common++;
      }
      borders[i] = common;
    }
    return borders;
  }

  /** Reads the next bytes. */
  void read(Buffer piece) {
    for (int i = 0; i < piece.length() && !isThere(); i++) {
      byte next = piece.getByte(i);
      while (matched > 0 && next != line[matched]) {
        matched = borders[matched - 1];
      }
      if (next == line[matched]) {
        matched++;
      }
    }
  }

  /** Whether the end was found. */
  boolean isThere() {
    return matched == line.length;
  }
}
