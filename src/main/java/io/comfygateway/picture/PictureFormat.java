package io.comfygateway.picture;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A format that pictures can be converted to. */
public enum PictureFormat {
  WEBP("webp", "image/webp", 80, 16_383),
  JPEG("jpeg", "image/jpeg", 85, DecodingLimits.LONGEST_SIDE),
  PNG("png", "image/png", 0, DecodingLimits.LONGEST_SIDE);

  private final String word;
  private final String contentType;
  private final int usualQuality;
  private final int longestSide;

  PictureFormat(String word, String contentType, int usualQuality, int longestSide) {
    this.word = word;
    this.contentType = contentType;
    this.usualQuality = usualQuality;
    this.longestSide = longestSide;
  }

  /** The format of a word of the query; {@code jpg} is JPEG. */
  static Optional<PictureFormat> ofWord(String word) {
    return Arrays.stream(values())
        .filter(format -> format.word.equals(word) || format == JPEG && word.equals("jpg"))
        .findFirst();
  }

  /** The format of a media type; empty if nothing is converted to it. */
  static Optional<PictureFormat> ofContentType(String type) {
    return Arrays.stream(values()).filter(format -> format.contentType.equals(type)).findFirst();
  }

  /** The words of all formats, for a message. */
  static String words() {
    return Arrays.stream(values()).map(PictureFormat::word).collect(Collectors.joining(", "));
  }

  /** The word in the query, which is also the extension of a file. */
  public String word() {
    return word;
  }

  String contentType() {
    return contentType;
  }

  /** How many pixels wide or high a picture of it may be. */
  public int longestSide() {
    return longestSide;
  }

  boolean isLossy() {
    return usualQuality > 0;
  }

  int usualQuality() {
    return usualQuality;
  }
}
