package io.comfygateway.simulator.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Pictures as a WebP file in its lossless format (RFC 9649), still or animated. */
public final class WebpFile {
  private WebpFile() {}

  /** A still picture. Neither side may be longer than 16,383 pixels. */
  public static byte[] of(Picture picture) {
    return riff(List.of(chunk("VP8L", lossless(picture))));
  }

  /**
   * An animation that repeats forever.
   *
   * @param frames at least one, all of the first one's size
   * @param frameMillis how long each frame stays
   */
  public static byte[] animation(List<Picture> frames, int frameMillis) {
    int width = frames.get(0).width();
    int height = frames.get(0).height();
    List<byte[]> chunks = new ArrayList<>();
    ByteBuffer canvas = little(10).put((byte) 0x02).put(new byte[3]);
    chunks.add(chunk("VP8X", put24(put24(canvas, width - 1), height - 1).array()));
    chunks.add(chunk("ANIM", new byte[6]));
    for (Picture frame : frames) {
      byte[] image = chunk("VP8L", lossless(frame.resized(width, height)));
      ByteBuffer part = little(16 + image.length).put(new byte[6]);
      put24(put24(put24(part, width - 1), height - 1), frameMillis).put((byte) 0x02).put(image);
      chunks.add(chunk("ANMF", part.array()));
    }
    return riff(chunks);
  }

  private static byte[] lossless(Picture picture) {
    int width = picture.width();
    int height = picture.height();
    BitWriter out = BitWriter.lowestFirst();
    out.bits(0x2f, 8).bits(width - 1, 14).bits(height - 1, 14).bits(0, 1).bits(0, 3);
    // One transform: the predictor "left + top - top left" for the whole picture, in blocks of 512.
    out.bits(1, 1).bits(0, 2).bits(9 - 2, 3);
    constant(out, 12);
    out.bits(0, 1).bits(0, 1).bits(0, 1);
    entropyCoded(out, residuals(picture.pixels(), width, height));
    return out.toBytes();
  }

  // An image of one colour: five codes of one symbol each, whose pixels then take no bits at all.
  private static void constant(BitWriter out, int green) {
    out.bits(0, 1);
    for (int symbol : new int[] {green, 0, 0, 0, 0}) {
      int[] counts = new int[256];
      counts[symbol] = 1;
      new PrefixCode(counts).describe(out);
    }
  }

  private static void entropyCoded(BitWriter out, int[] residuals) {
    int[][] counts = {new int[256 + 24], new int[256], new int[256]};
    int[] shifts = {8, 16, 0};
    for (int residual : residuals) {
      for (int channel = 0; channel < shifts.length; channel++) {
        counts[channel][residual >> shifts[channel] & 0xff]++;
      }
    }
    PrefixCode[] codes = new PrefixCode[shifts.length];
    for (int channel = 0; channel < shifts.length; channel++) {
      codes[channel] = new PrefixCode(counts[channel]);
      codes[channel].describe(out);
    }
    new PrefixCode(new int[256]).describe(out);
    new PrefixCode(new int[40]).describe(out);
    for (int residual : residuals) {
      for (int channel = 0; channel < shifts.length; channel++) {
        codes[channel].write(out, residual >> shifts[channel] & 0xff);
      }
    }
  }

  private static int[] residuals(int[] pixels, int width, int height) {
    int[] residuals = new int[pixels.length];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        int residual = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          int left = x > 0 ? pixels[i - 1] >> shift & 0xff : 0;
          int top = y > 0 ? pixels[i - width] >> shift & 0xff : 0;
          int corner = x > 0 && y > 0 ? pixels[i - width - 1] >> shift & 0xff : 0;
          int predicted = Math.min(255, Math.max(0, left + top - corner));
          residual = residual << 8 | (pixels[i] >> shift) - predicted & 0xff;
        }
        residuals[i] = residual;
      }
    }
    return residuals;
  }

  private static byte[] riff(List<byte[]> chunks) {
    int size = 4 + chunks.stream().mapToInt(chunk -> chunk.length).sum();
    ByteBuffer file = little(8 + size).put(ascii("RIFF")).putInt(size).put(ascii("WEBP"));
    chunks.forEach(file::put);
    return file.array();
  }

  private static byte[] chunk(String name, byte[] data) {
    ByteBuffer chunk = little(8 + data.length + (data.length & 1));
    return chunk.put(ascii(name)).putInt(data.length).put(data).array();
  }

  private static ByteBuffer put24(ByteBuffer buffer, int value) {
    return buffer.putShort((short) value).put((byte) (value >> 16));
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] ascii(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
