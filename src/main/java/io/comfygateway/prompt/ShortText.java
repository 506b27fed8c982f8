package io.comfygateway.prompt;

/** Shortens texts. */
public final class ShortText {
  private ShortText() {}

  /**
   * The text, or its beginning and an ellipsis, without splitting a surrogate pair.
   *
   * @param most how many {@code char}s the result may have; at least 2
   */
  public static String of(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
    return text.substring(0, end) + "…";
  }
}
