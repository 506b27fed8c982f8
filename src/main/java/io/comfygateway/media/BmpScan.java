package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;

/** BMP: a file header, a header of one of several lengths, then the pixels, row by row. */
final class BmpScan extends ImageScan {
  private static final int OS2_HEADER = 12;
  private static final int V5_HEADER = 124;
  private static final int PROFILE_EMBEDDED = 0x4D424544;

  BmpScan(FileBytes in) {
    super("image/bmp", in);
  }

  @Override
  void walk() throws IOException, UnfitFileException {
    in.skip(10);
    long pixels = in.little32();
    long header = in.little32();
    boolean isOs2 = header == OS2_HEADER;
    long width = isOs2 ? in.little16() : in.little32();
    // A negative height means top down.
    long height = isOs2 ? in.little16() : Math.abs((int) in.little32());
    in.skip(2);
    long bits = in.little16();
    long compression = isOs2 ? 0 : in.little32();
    long size = isOs2 ? 0 : in.little32();
    if (width > Integer.MAX_VALUE || bits < 1 || bits > 32) {
      throw damaged("its header is not valid");
    }
    seen(width, height);
    frames = 1;
    long end =
        switch ((int) compression) {
          // Rows of four bytes each; with masks, and with masks that have alpha, as well.
          case 0, 3, 6 -> pixels + (width * bits + 31) / 32 * 4 * height;
          // Run lengths: at least the mark of the end.
          case 1, 2 -> pixels + Math.max(2, size);
          default -> throw damaged("its pixels are compressed in a way that is not supported");
        };
    if (header == V5_HEADER) {
      end = Math.max(end, profileEnd());
    }
    // Java's reader reads what comes before the pixels, and all of them where they are compressed,
    // in pieces that it joins.
    kept(2 * (pixels + (compression == 1 || compression == 2 ? in.length() - pixels : 0)));
    if (pixels < 14 + header || end > in.length()) {
      throw new EOFException();
    }
    in.seek(end);
  }

  private long profileEnd() throws IOException {
    in.seek(14 + 56);
    long space = in.little32();
    in.seek(14 + 112);
    long offset = in.little32();
    long size = in.little32();
    if (space != PROFILE_EMBEDDED) {
      return 0;
    }
    kept(2 * size);
    return 14 + offset + size;
  }
}
