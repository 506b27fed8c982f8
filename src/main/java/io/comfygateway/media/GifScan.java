package io.comfygateway.media;

import java.io.IOException;

/**
 * GIF89a: the screen, then blocks until the trailer, with their data in sub-blocks of up to 255
 * bytes. Decoders enlarge the screen for a frame that reaches beyond it.
 */
final class GifScan extends ImageScan {
  private static final int TRAILER = 0x3B;
  private static final int FRAME = 0x2C;
  private static final int EXTENSION = 0x21;

  GifScan(FileBytes in) {
    super("image/gif", in);
  }

  @Override
  void walk() throws IOException, UnfitFileException {
    in.skip(6);
    seen(in.little16(), in.little16());
    int flags = in.u8();
    in.skip(2);
    skipColours(flags);
    while (true) {
      int block = in.u8();
      if (block == TRAILER && frames > 0) {
        return;
      } else if (block == FRAME) {
        frames++;
        long left = in.little16();
        long top = in.little16();
        seen(left + in.little16(), top + in.little16());
        skipColours(in.u8());
      } else if (block != EXTENSION) {
        throw damaged("its data is not that of a GIF");
      }
      in.skip(1);
      for (int size = in.u8(); size > 0; size = in.u8()) {
        in.skip(size);
      }
    }
  }

  private void skipColours(int flags) throws IOException {
    if ((flags & 0x80) != 0) {
      in.skip(3L << (flags & 7) + 1);
    }
  }
}
