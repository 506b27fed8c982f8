package io.comfygateway.access;

import java.util.Arrays;
import java.util.Locale;

/** Whether callers need a key or another credential. */
public enum AuthMode {
  /** Every caller needs one. */
  REQUIRED,
  /** No caller of this machine needs one, and the gateway listens on a loopback address. */
  NONE,
  /** No caller needs one, wherever it is. */
  NONE_ANYWHERE;

  /** The word used in settings, such as {@code none-anywhere}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads a setting.
   *
   * @throws IllegalArgumentException where it is none of the words
   */
  public static AuthMode parse(String word) {
    return Arrays.stream(values())
        .filter(mode -> mode.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\"" + word + "\" is not one of required, none and none-anywhere"));
  }
}
