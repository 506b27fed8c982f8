package io.comfygateway.pool;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** What kind of picture bytes are, by how they begin. */
final class PictureType {
  private static final int PNG = 0x89504E47;
  private static final int JPEG = 0xFFD8FF;
  private static final int RIFF = 0x52494646;
  private static final int WEBP = 0x57454250;
  private static final int WEBP_AT = 8;
  private static final int SHORTEST = 12;

  private PictureType() {}

  /** The media type of a PNG, JPEG or WebP; empty for anything else. */
  static Optional<String> of(Buffer bytes) {
    if (bytes.length() < SHORTEST) {
      return Optional.empty();
    }
    int first = bytes.getInt(0);
    if (first == PNG) {
      return Optional.of("image/png");
    }
    if (first >>> Byte.SIZE == JPEG) {
      return Optional.of("image/jpeg");
    }
    return first == RIFF && bytes.getInt(WEBP_AT) == WEBP
        ? Optional.of("image/webp")
        : Optional.empty();
  }
}
