package io.comfygateway.picture;

import io.comfygateway.media.DecodingLoad;
import io.comfygateway.media.ImageExtent;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes pictures. The size is read from the header first, and a picture that is to become much
 * smaller is subsampled, so that it needs little memory.
 *
 * @param maxPixels how many pixels may be decoded
 */
record PictureDecoder(long maxPixels) {
  /** The formats that can be decoded. */
  static final Set<String> TYPES =
      Set.of("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp");

  // Their readers subsample while they decode; the reader of WebP decodes all pixels.
  private static final Set<String> SKIPPING = Set.of("image/png", "image/jpeg", "image/bmp");
  private static final long MOST_PIXELS = 200_000_000;
  // How many pixels per side are averaged into one after subsampling; enough for a smooth picture.
  private static final int AVERAGED = 4;
  private static final int BIT_DEPTH = 24;
  private static final int DEEP = 16;

  /**
   * A picture whose header was read.
   *
   * @param weight how many 32-bit pixels one of its pixels takes in memory
   * @param load what decoding it takes beside the pixels
   */
  record Source(Path file, String type, PictureSize size, int weight, DecodingLoad load) {}

  /**
   * Reads the header of a picture.
   *
   * @throws Problem INVALID_INPUT if it is animated, damaged, or too large for the request
   */
  Source look(Path file, String type, PictureRequest request) throws IOException {
    ImageExtent extent;
    try {
      extent = ImageExtent.of(type, file);
    } catch (UnfitFileException damaged) {
      throw refused("The output " + damaged.getMessage() + ". Fetch it as it is.");
    }
    if (extent.frames() != 1) {
      throw refused(
          "The output is animated, and only still pictures are converted. Fetch it as it is.");
    }
    if (extent.pixels() > MOST_PIXELS) {
      throw refused(
          "The output has %d x %d pixels, and at most %d are converted. Fetch it as it is."
              .formatted(extent.width(), extent.height(), MOST_PIXELS));
    }
    Optional<String> excess = new DecodingLimits(maxPixels).excess(extent);
    if (excess.isPresent()) {
      throw refused("The output " + excess.get() + ". Fetch it as it is.");
    }
    Source source =
        new Source(
            file,
            type,
            new PictureSize((int) extent.width(), (int) extent.height()),
            weight(file, type),
            extent.load());
    if (decodedPixels(source, request) > maxPixels) {
      String instead =
          SKIPPING.contains(type)
              ? "Give a smaller width, such as width=2048, or fetch it as it is."
              : "Fetch it as it is.";
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/width",
          "The output has %d x %d pixels; at most %d are decoded at once (GATEWAY_OUTPUT_CONVERT_MAX_PIXELS). %s"
              .formatted(extent.width(), extent.height(), maxPixels, instead));
    }
    return source;
  }

  // PNG (ISO/IEC 15948, 11.2.1): the bit depth of a sample; a pixel has up to four samples.
  private static int weight(Path file, String type) throws IOException {
    if (!type.equals("image/png")) {
      return 1;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(BIT_DEPTH + 1);
      return head.length > BIT_DEPTH && head[BIT_DEPTH] == DEEP ? 2 : 1;
    }
  }

  /** How many 32-bit pixels it takes in memory when it is decoded. */
  static long decodedPixels(Source source, PictureRequest request) {
    long step = step(source, request);
    return source.weight
        * ((source.size.width() + step - 1) / step)
        * ((source.size.height() + step - 1) / step);
  }

  /** How much of the {@link PixelBudget} it takes to decode it. */
  static long budget(Source source, PictureRequest request) {
    return DecodingLimits.pixels(decodedPixels(source, request), source.load);
  }

  // One pixel of so many is decoded, in each direction.
  private static int step(Source source, PictureRequest request) {
    PictureSize wanted = source.size.within(request);
    int narrowest =
        Math.min(source.size.width() / wanted.width(), source.size.height() / wanted.height());
    return SKIPPING.contains(source.type) ? Math.max(1, narrowest / AVERAGED) : 1;
  }

  /**
   * Decodes a picture.
   *
   * @throws Problem INVALID_INPUT if it cannot be decoded
   */
  BufferedImage read(Source source, PictureRequest request) throws IOException {
    try (ImageInputStream stream = new TimedImageStream(source.file)) {
      Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(source.type);
      if (!readers.hasNext()) {
        throw undecodable();
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        ImageReadParam how = reader.getDefaultReadParam();
        int step = step(source, request);
        how.setSourceSubsampling(step, step, 0, 0);
        return reader.read(0, how);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException | LinkageError failed) {
      if (failed instanceof Problem known) {
        throw known;
      }
      throw PictureFailure.of(failed, "The output cannot be decoded, so fetch it as it is.");
    }
  }

  private static Problem undecodable() {
    return refused("Pictures of this type cannot be decoded here. Fetch the output as it is.");
  }

  static Problem refused(String detail) {
    return Problem.ofField(ProblemType.INVALID_INPUT, "/format", detail);
  }
}
