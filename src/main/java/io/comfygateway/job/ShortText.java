package io.comfygateway.job;

/** Texts of limited length. */
public final class ShortText {
  private ShortText() {}

  /**
   * The text, or its beginning and an ellipsis, which have no more than so many characters together
   * and no half of a character.
   *
   * @param most at least 2
   */
  public static String of(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
    return text.substring(0, end) + "…";
  }
}
