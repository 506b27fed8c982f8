package io.comfygateway.picture;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A format that pictures can be converted to. */
public enum PictureFormat {
  WEBP("webp", "image/webp", 80),
  JPEG("jpeg", "image/jpeg", 85),
  PNG("png", "image/png", 0);

  private final String word;
  private final String contentType;
  private final int usualQuality;

  PictureFormat(String word, String contentType, int usualQuality) {
    this.word = word;
    this.contentType = contentType;
    this.usualQuality = usualQuality;
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

  boolean isLossy() {
    return usualQuality > 0;
  }

  int usualQuality() {
    return usualQuality;
  }
}
