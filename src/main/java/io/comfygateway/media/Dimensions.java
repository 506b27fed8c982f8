package io.comfygateway.media;

import java.util.Optional;

/**
 * The size of an image in pixels, as its header gives it, before any EXIF orientation is applied.
 *
 * @param width the width in pixels
 * @param height the height in pixels
 */
public record Dimensions(int width, int height) {

  /**
   * Reads the size from the first bytes of a PNG, JPEG, GIF, WebP or BMP file, without decoding it.
   *
   * @param head the file's first bytes; 64 KiB are enough for all but a JPEG with large metadata
   * @return empty for other formats, and where the header is cut off or invalid
   */
  public static Optional<Dimensions> of(byte[] head) {
    ImageHeader header = new ImageHeader(head);
    try {
      return header.size().filter(size -> size.width > 0 && size.height > 0);
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }
}
