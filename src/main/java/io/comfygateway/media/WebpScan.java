package io.comfygateway.media;

import java.io.EOFException;
import java.io.IOException;

/** WebP: RIFF, whose chunks are padded to an even size (RFC 9649). ANMF is a frame. */
final class WebpScan extends ImageScan {
  WebpScan(FileBytes in) {
    super("image/webp", in);
  }

  @Override
  void walk() throws IOException, UnfitFileException {
    // Its reader reads the whole file first.
    kept(in.length());
    in.skip(4);
    long end = 8 + in.little32();
    if (end > in.length()) {
      throw new EOFException();
    }
    in.skip(4);
    long pictures = 0;
    while (in.position() < end) {
      String chunk = in.text(4);
      long length = in.little32();
      long next = in.position() + length + (length & 1);
      switch (chunk) {
        case "VP8X" -> {
          in.skip(4);
          seen(in.little24() + 1L, in.little24() + 1L);
        }
        case "ANMF" -> {
          frames++;
          long left = 2L * in.little24();
          long top = 2L * in.little24();
          seen(left + in.little24() + 1, top + in.little24() + 1);
        }
        case "VP8 " -> {
          pictures++;
          // The frame header: 3 bytes tag, 3 bytes start code, 14 bits each (RFC 6386, 9.1).
          in.skip(6);
          seen(in.little16() & 0x3FFF, in.little16() & 0x3FFF);
        }
        case "VP8L" -> {
          pictures++;
          in.skip(1);
          long bits = in.little32();
          seen((bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1);
        }
        default -> {}
      }
      in.seek(Math.max(next, in.position()));
    }
    if (in.position() > in.length()) {
      throw new EOFException();
    }
    if (frames + pictures == 0) {
      throw damaged(EMPTY);
    }
    frames = Math.max(1, frames);
  }
}
