package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a picture from its first byte to its last without decoding it: how large its frames are,
 * how many there are, and whether all of it is a picture, and not only its beginning.
 */
abstract class ImageScan {
  static final String EMPTY = "it holds no picture";

  final FileBytes in;
  private final String type;
  private long width;
  private long height;
  private long kept;
  long frames;

  ImageScan(String type, FileBytes in) {
    this.type = type;
    this.in = in;
  }

  /**
   * Measures a picture.
   *
   * @param type {@code image/png}, {@code image/jpeg}, {@code image/gif}, {@code image/webp} or
   *     {@code image/bmp}
   * @throws UnfitFileException that says where the file stops being such a picture
   */
  static ImageExtent of(String type, Path file) throws IOException, UnfitFileException {
    try (FileBytes in = new FileBytes(file)) {
      ImageScan scan =
          switch (type) {
            case "image/png" -> new PngScan(in);
            case "image/jpeg" -> new JpegScan(in);
            case "image/gif" -> new GifScan(in);
            case "image/webp" -> new WebpScan(in);
            case "image/bmp" -> new BmpScan(in);
            default -> throw new IllegalArgumentException(type);
          };
      try {
        return scan.measure();
      } catch (EOFException e) {
        throw scan.damaged("it is cut off");
      }
    }
  }

  /** Why not all of the file is a picture, as the end of a sentence. */
  final UnfitFileException damaged(String why) {
    return new UnfitFileException("is a damaged " + type + ": " + why);
  }

  private ImageExtent measure() throws IOException, UnfitFileException {
    walk();
    if (width <= 0 || height <= 0) {
      throw damaged("its header has no size");
    }
    skipAppended();
    in.skipPadding();
    if (!in.atEnd()) {
      throw damaged("there is data after its end; save it again with an image editor");
    }
    return new ImageExtent(width, height, frames, pixels(), load());
  }

  /** Goes from the first byte of the file to the first after the picture. */
  abstract void walk() throws IOException, UnfitFileException;

  /** Skips what cameras write after pictures of this kind. */
  void skipAppended() throws IOException, UnfitFileException {}

  /** How many pixels all frames have together. */
  long pixels() {
    return frames > Long.MAX_VALUE / width / height ? Long.MAX_VALUE : frames * width * height;
  }

  /** What decoding the first frame takes beside its pixels. */
  DecodingLoad load() {
    return new DecodingLoad(kept, 0, 0);
  }

  /** Notes that a reader keeps so many bytes of the file in memory. */
  final void kept(long bytes) {
    kept += bytes;
  }

  /** Notes how large the picture, or one of its frames, says it is. */
  final void seen(long frameWidth, long frameHeight) {
    width = Math.max(width, frameWidth);
    height = Math.max(height, frameHeight);
  }
}
