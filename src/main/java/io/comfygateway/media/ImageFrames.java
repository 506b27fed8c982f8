package io.comfygateway.media;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Walks through an image from its first byte to its last, without decoding any: how many frames it
 * has, and whether it is an image as a whole, so that a file which only begins like one is found
 * out.
 */
final class ImageFrames {
  private static final String CUT_OFF = "it is cut off";
  private static final String BEHIND = "something stands behind its end";

  private ImageFrames() {}

  /**
   * Counts the frames: 1 for a picture that does not move.
   *
   * @param type {@code image/png}, {@code image/gif}, {@code image/webp}, or another, which is
   *     taken for one picture
   * @throws UnfitFileException that says how the file breaks off being such an image
   */
  static long count(String type, Path file) throws IOException, UnfitFileException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        DataInputStream in = new DataInputStream(raw)) {
      return switch (type) {
        case "image/png" -> png(in);
        case "image/gif" -> gif(in);
        case "image/webp" -> webp(in, Files.size(file));
        default -> 1;
      };
    } catch (EOFException e) {
      throw new UnfitFileException(CUT_OFF);
    }
  }

  // Chunks of length, type, data and checksum (ISO/IEC 15948, section 5.3); acTL is of APNG.
  private static long png(DataInputStream in) throws IOException, UnfitFileException {
    in.skipNBytes(8);
    long frames = 1;
    boolean hasData = false;
    for (String chunk = ""; !"IEND".equals(chunk); ) {
      long length = Integer.toUnsignedLong(in.readInt());
      chunk = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
      if ("acTL".equals(chunk) && !hasData && length == 8) {
        frames = Math.max(1, Integer.toUnsignedLong(in.readInt()));
        length -= 4;
      }
      hasData |= "IDAT".equals(chunk);
      in.skipNBytes(length + 4);
    }
    if (!hasData) {
      throw new UnfitFileException("it holds no picture");
    }
    return atEnd(in, frames);
  }

  // GIF89a: the screen, then blocks until the trailer. Data stands in sub-blocks of up to 255
  // bytes.
  private static long gif(DataInputStream in) throws IOException, UnfitFileException {
    in.skipNBytes(10);
    skipColours(in, in.readUnsignedByte());
    in.skipNBytes(2);
    long frames = 0;
    while (true) {
      int block = in.readUnsignedByte();
      if (block == 0x3B && frames > 0) {
        return atEnd(in, frames);
      } else if (block == 0x2C) {
        frames++;
        in.skipNBytes(8);
        skipColours(in, in.readUnsignedByte());
      } else if (block != 0x21) {
        throw new UnfitFileException("what follows its header is no GIF");
      }
      in.skipNBytes(1);
      for (int size = in.readUnsignedByte(); size > 0; size = in.readUnsignedByte()) {
        in.skipNBytes(size);
      }
    }
  }

  private static void skipColours(DataInputStream in, int flags) throws IOException {
    if ((flags & 0x80) != 0) {
      in.skipNBytes(3L << (flags & 7) + 1);
    }
  }

  // RIFF: the size of what follows it, then chunks that are padded to an even size. ANMF is a
  // frame.
  private static long webp(DataInputStream in, long bytes) throws IOException, UnfitFileException {
    in.skipNBytes(4);
    long end = 8 + little(in);
    if (end > bytes) {
      throw new UnfitFileException(CUT_OFF);
    }
    if (end < bytes) {
      throw new UnfitFileException(BEHIND);
    }
    in.skipNBytes(4);
    long frames = 0;
    long pictures = 0;
    for (long at = 12; at < end; ) {
      String chunk = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
      long length = little(in);
      long padded = length + (length & 1);
      frames += "ANMF".equals(chunk) ? 1 : 0;
      pictures += "VP8 ".equals(chunk) || "VP8L".equals(chunk) ? 1 : 0;
      in.skipNBytes(padded);
      at += 8 + padded;
    }
    if (frames + pictures == 0) {
      throw new UnfitFileException("it holds no picture");
    }
    return Math.max(1, frames);
  }

  private static long little(DataInputStream in) throws IOException {
    return Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
  }

  private static long atEnd(DataInputStream in, long frames)
      throws IOException, UnfitFileException {
    if (in.read() >= 0) {
      throw new UnfitFileException(BEHIND);
    }
    return frames;
  }
}
