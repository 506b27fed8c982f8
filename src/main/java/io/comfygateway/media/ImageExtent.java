package io.comfygateway.media;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How much of a picture a decoder has to hold in memory.
 *
 * @param width the width in pixels of its widest frame
 * @param height the height in pixels of its highest frame
 * @param frames how many frames it has; 1 where it is not animated
 * @param pixels how many pixels all frames have together
 * @param load what decoding its first frame takes beside the pixels
 */
public record ImageExtent(long width, long height, long frames, long pixels, DecodingLoad load) {

  /**
   * Reads a picture from its first byte to its last without decoding it.
   *
   * @param type {@code image/png}, {@code image/jpeg}, {@code image/gif}, {@code image/webp} or
   *     {@code image/bmp}
   * @throws UnfitFileException if it is not such a picture as a whole
   */
  public static ImageExtent of(String type, Path file) throws IOException, UnfitFileException {
    return ImageScan.of(type, file);
  }
}
