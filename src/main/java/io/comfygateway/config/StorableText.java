package io.comfygateway.config;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Text that comes from outside and is stored: PostgreSQL and file systems do not take all of it.
 */
public final class StorableText {
  private StorableText() {}

  /** What is wrong with a text, as the end of a sentence; empty if it can be stored. */
  public static Optional<String> fault(String text) {
    if (text.indexOf('\0') >= 0) {
      return Optional.of("has the character U+0000, which databases and file names do not allow");
    }
    return hasSurrogates(text) && !StandardCharsets.UTF_8.newEncoder().canEncode(text)
        ? Optional.of("has half of a surrogate pair, which is no character")
        : Optional.empty();
  }

  private static boolean hasSurrogates(String text) {
    return text.chars().anyMatch(c -> Character.isSurrogate((char) c));
  }
}
