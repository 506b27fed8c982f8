package io.comfygateway.picture;

import io.comfygateway.media.DecodingLoad;
import io.comfygateway.media.ImageExtent;
import java.util.Optional;

/**
 * What decoding one picture may take, by the structure of its file. Each pixel of the budget stands
 * for 12 bytes, of the heap as of the memory outside of it.
 *
 * @param maxPixels how many pixels all pictures together may have
 */
public record DecodingLimits(long maxPixels) {
  /**
   * The longest side. It is libjpeg's; readers and writers of Java keep several rows in memory, so
   * a PNG of a single row could take all of it.
   */
  static final int LONGEST_SIDE = 65_500;

  private static final int BYTES_OF_PIXEL = 12;
  private static final int KEPT_OF_PIXEL = 4;
  // Headers, tables and profiles of small pictures are free.
  private static final long LEAST_KEPT = 1 << 20;
  // Some seconds of work. A JPEG of 200 million pixels in one scan has 800 million values at most.
  private static final long MOST_VISITS = 1_000_000_000;

  /**
   * Why a picture must not be decoded, as the end of a sentence that begins with what it is; empty
   * if it may.
   */
  public Optional<String> excess(ImageExtent extent) {
    DecodingLoad load = extent.load();
    if (Math.max(extent.width(), extent.height()) > LONGEST_SIDE) {
      return Optional.of(
          "has %d x %d pixels, and sides of at most %d are converted"
              .formatted(extent.width(), extent.height(), LONGEST_SIDE));
    }
    if (load.visits() > MOST_VISITS) {
      return Optional.of("takes too long to decode: it has too many scans, texts or codes");
    }
    long mostKept = Math.max(LEAST_KEPT, KEPT_OF_PIXEL * maxPixels);
    if (load.bytes() > mostKept) {
      return Optional.of(
          "takes %d bytes beside its pixels to decode, and at most %d are used (four for each pixel of GATEWAY_OUTPUT_CONVERT_MAX_PIXELS)"
              .formatted(load.bytes(), mostKept));
    }
    if (load.coefficients() > BYTES_OF_PIXEL * maxPixels) {
      return Optional.of(
          "is a JPEG in several scans, whose coefficients take %d bytes, and at most %d are used (12 for each pixel of GATEWAY_OUTPUT_CONVERT_MAX_PIXELS)"
              .formatted(load.coefficients(), BYTES_OF_PIXEL * maxPixels));
    }
    return Optional.empty();
  }

  /**
   * How much of the budget a picture takes.
   *
   * @param decoded how many pixels are decoded
   */
  static long pixels(long decoded, DecodingLoad load) {
    return Math.max(decoded + load.bytes() / BYTES_OF_PIXEL, load.coefficients() / BYTES_OF_PIXEL);
  }
}
