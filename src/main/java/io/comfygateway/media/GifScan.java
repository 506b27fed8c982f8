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
  private static final int BLOCK = 256;
  // Copying so many bytes takes as long as decoding a pixel.
  private static final int COPIED = 64;

  private final GifCodes codes = new GifCodes();
  private long copied;

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
      int first = in.u8();
      if (block == FRAME && frames == 1) {
        firstFrame(first);
      } else {
        long bytes = skipBlocks();
        if (frames == 0) {
          text(bytes);
        }
      }
    }
  }

  private long skipBlocks() throws IOException {
    long bytes = 0;
    for (int size = in.u8(); size > 0; size = in.u8()) {
      in.skip(size);
      bytes += size;
    }
    return bytes;
  }

  // Java's reader keeps the texts before the frame, and copies a text again for each of its blocks.
  private void text(long bytes) {
    kept(2 * bytes + BLOCK);
    copied += bytes / BLOCK * bytes / 2;
  }

  private void firstFrame(int codeSize) throws IOException {
    codes.begin(codeSize);
    for (int size = in.u8(); size > 0; size = in.u8()) {
      for (int i = 0; i < size; i++) {
        codes.add(in.u8());
      }
    }
  }

  @Override
  DecodingLoad load() {
    return new DecodingLoad(super.load().bytes(), 0, codes.pixels() + copied / COPIED);
  }

  private void skipColours(int flags) throws IOException {
    if ((flags & 0x80) != 0) {
      in.skip(3L << (flags & 7) + 1);
    }
  }
}
