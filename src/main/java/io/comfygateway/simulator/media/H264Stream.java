package io.comfygateway.simulator.media;

import java.io.ByteArrayOutputStream;

/**
 * Frames as H.264 (ITU-T H.264, constrained baseline profile) in which every macroblock is stored
 * uncompressed ({@code I_PCM}). Players take it, and it needs no encoder.
 */
final class H264Stream {
  private static final int I_PCM = 25;

  private final int width;
  private final int height;

  /** Sides are rounded down to even numbers, which the colour format needs. */
  H264Stream(int width, int height) {
    this.width = Math.max(2, width & ~1);
    this.height = Math.max(2, height & ~1);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  byte[] sequenceParameters() {
    BitWriter out = BitWriter.highestFirst().bits(66, 8).bits(0xc0, 8).bits(40, 8);
    out.golomb(0).golomb(0).golomb(2).golomb(0).bits(0, 1);
    out.golomb(blocks(width) - 1).golomb(blocks(height) - 1).bits(1, 1).bits(1, 1);
    out.bits(1, 1).golomb(0).golomb((blocks(width) * 16 - width) / 2);
    out.golomb(0).golomb((blocks(height) * 16 - height) / 2).bits(0, 1);
    return unit(0x67, out);
  }

  byte[] pictureParameters() {
    BitWriter out = BitWriter.highestFirst().golomb(0).golomb(0).bits(0, 2).golomb(0);
    out.golomb(0).golomb(0).bits(0, 3).golomb(0).golomb(0).golomb(0).bits(0b100, 3);
    return unit(0x68, out);
  }

  /**
   * One frame that depends on no other one.
   *
   * @param number the frame's number; neighbours must differ in their last bit
   */
  byte[] frame(Picture picture, int number) {
    BitWriter out = BitWriter.highestFirst().golomb(0).golomb(7).golomb(0).bits(0, 4);
    out.golomb(number & 1).bits(0, 2).golomb(0).golomb(1);
    int[] pixels = picture.resized(width, height).pixels();
    for (int row = 0; row < blocks(height); row++) {
      for (int column = 0; column < blocks(width); column++) {
        out.golomb(I_PCM).align().bytes(block(pixels, column * 16, row * 16));
      }
    }
    return unit(0x65, out);
  }

  private byte[] block(int[] pixels, int left, int top) {
    byte[] samples = new byte[256 + 64 + 64];
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        int rgb = pixel(pixels, left + x, top + y);
        int red = rgb >> 16 & 0xff;
        int green = rgb >> 8 & 0xff;
        int blue = rgb & 0xff;
        samples[y * 16 + x] = (byte) (16 + (66 * red + 129 * green + 25 * blue + 128 >> 8));
        if ((x & 1) == 0 && (y & 1) == 0) {
          int at = 256 + y / 2 * 8 + x / 2;
          samples[at] = (byte) (128 + (-38 * red - 74 * green + 112 * blue + 128 >> 8));
          samples[at + 64] = (byte) (128 + (112 * red - 94 * green - 18 * blue + 128 >> 8));
        }
      }
    }
    return samples;
  }

  private int pixel(int[] pixels, int x, int y) {
    return pixels[Math.min(y, height - 1) * width + Math.min(x, width - 1)];
  }

  private static int blocks(int side) {
    return (side + 15) / 16;
  }

  // A three keeps two zeros and a small number from looking like a start code (clause 7.4.1).
  private static byte[] unit(int header, BitWriter payload) {
    ByteArrayOutputStream unit = new ByteArrayOutputStream();
    unit.write(header);
    int zeros = 0;
    for (byte value : payload.bits(1, 1).toBytes()) {
      if (zeros >= 2 && value >= 0 && value <= 3) {
        unit.write(3);
        zeros = 0;
      }
      unit.write(value);
      zeros = value == 0 ? zeros + 1 : 0;
    }
    return unit.toByteArray();
  }
}
