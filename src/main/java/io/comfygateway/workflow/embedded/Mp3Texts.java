package io.comfygateway.workflow.embedded;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The texts in the ID3v2 tag of an MP3: {@code TXXX} frames, each with a name and a value.
 *
 * @see <a href="https://id3.org/id3v2.4.0-frames">ID3v2.4, 4.2.6</a>
 */
final class Mp3Texts {
  private static final int HEADER = 10;
  private static final int UNSYNCHRONIZED = 0x80;
  private static final int EXTENDED = 0x40;
  private static final int COMPRESSED_OR_ENCRYPTED = 0x0f;

  private Mp3Texts() {}

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(0, "ID3");
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    int version = file.u8(3);
    int flags = file.u8(5);
    if (version < 3 || (flags & UNSYNCHRONIZED) != 0) {
      return;
    }
    long end = Math.min(file.size(), HEADER + size(file, 6, true));
    long at = HEADER;
    if ((flags & EXTENDED) != 0) {
      at += size(file, HEADER, version > 3) + (version > 3 ? 0 : 4);
    }
    for (int frame = 0; frame < MediaTexts.MOST_PARTS && at + HEADER <= end; frame++) {
      long length = size(file, at + 4, version > 3);
      boolean isPlain = version < 4 || (file.u8(at + 9) & COMPRESSED_OR_ENCRYPTED) == 0;
      if (file.has(at, "TXXX") && isPlain && length > 1 && length <= MediaTexts.LARGEST) {
        text(file.bytes(at + HEADER, (int) length), texts);
      }
      at += HEADER + length;
    }
  }

  // Seven bits of each byte, in all places of version 2.4.
  private static long size(MediaBytes file, long at, boolean areSevenBits) throws IOException {
    long all = file.u32(at);
    return areSevenBits
        ? (all & 0x7f) | (all >> 1 & 0x3f80) | (all >> 2 & 0x1fc000) | (all >> 3 & 0xfe00000)
        : all;
  }

  private static void text(byte[] frame, MediaTexts texts) {
    Charset charset =
        switch (frame[0]) {
          case 1 -> StandardCharsets.UTF_16;
          case 2 -> StandardCharsets.UTF_16BE;
          case 3 -> StandardCharsets.UTF_8;
          default -> StandardCharsets.ISO_8859_1;
        };
    boolean isWide = frame[0] == 1 || frame[0] == 2;
    int end = end(frame, isWide);
    if (end < 0) {
      return;
    }
    String name = new String(frame, 1, end - 1, charset);
    byte[] value = Arrays.copyOfRange(frame, end + (isWide ? 2 : 1), frame.length);
    texts.add(name, new String(value, charset));
  }

  private static int end(byte[] frame, boolean isWide) {
    for (int i = 1; i + (isWide ? 1 : 0) < frame.length; i += isWide ? 2 : 1) {
      if (frame[i] == 0 && (!isWide || frame[i + 1] == 0)) {
        return i;
      }
    }
    return -1;
  }
}
