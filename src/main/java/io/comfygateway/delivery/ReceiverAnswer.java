package io.comfygateway.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What a receiver says when it does not take a callback, made fit to be shown to the caller. */
final class ReceiverAnswer {
  private static final int SHOWN = 1_000;
  private static final int SHOWN_AS_ERROR = 200;
  private static final int MOST_BYTES = 4 * SHOWN;

  private ReceiverAnswer() {}

  /**
   * The first 1,000 characters as one line, without what cannot be seen; more is not read. An emoji
   * counts as two, as H2 counts.
   */
  static String beginning(InputStream answer) throws IOException {
    if (answer == null) {
      return "";
    }
    byte[] bytes = answer.readNBytes(MOST_BYTES);
    StringBuilder shown = new StringBuilder();
    new String(bytes, StandardCharsets.UTF_8)
        .codePoints()
        .map(c -> isSeen(c) ? c : ' ')
        .filter(c -> c != ' ' || (!shown.isEmpty() && shown.charAt(shown.length() - 1) != ' '))
        .limit(SHOWN)
        .forEachOrdered(shown::appendCodePoint);
    if (shown.length() > SHOWN) {
      shown.setLength(Character.isHighSurrogate(shown.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN);
    }
    return shown.toString().strip();
  }

  /** The first 200 characters of a beginning. */
  static String forError(String beginning) {
    int end = Math.min(SHOWN_AS_ERROR, beginning.codePointCount(0, beginning.length()));
    return beginning.substring(0, beginning.offsetByCodePoints(0, end)).strip();
  }

  // Marks of direction would turn around the text that stands behind them.
  private static boolean isSeen(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> codePoint != 0xFFFD;
    };
  }
}
