package io.comfygateway.simulator.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A picture as a PNG file: 8 bits per channel, RGB (ISO/IEC 15948). */
public final class PngFile {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int SUB = 1;
  private static final int UP = 2;

  private PngFile() {}

  public static byte[] of(Picture picture) {
    ByteArrayOutputStream file = new ByteArrayOutputStream(1 << 12);
    file.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(picture.width()).putInt(picture.height()).put((byte) 8).put((byte) 2);
    chunk(file, "IHDR", header.array(), header.capacity());
    byte[] lines = filtered(picture.pixels(), picture.width(), picture.height());
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(lines);
      deflater.finish();
      byte[] data = new byte[1 << 16];
      while (!deflater.finished()) {
        chunk(file, "IDAT", data, deflater.deflate(data));
      }
    } finally {
      deflater.end();
    }
    chunk(file, "IEND", new byte[0], 0);
    return file.toByteArray();
  }

  private static byte[] filtered(int[] pixels, int width, int height) {
    int stride = 1 + 3 * width;
    byte[] lines = new byte[stride * height];
    for (int y = 0, i = 0; y < height; y++) {
      int at = y * stride;
      lines[at++] = (byte) (y == 0 ? SUB : UP);
      for (int x = 0; x < width; x++, i++) {
        int before = y > 0 ? pixels[i - width] : x > 0 ? pixels[i - 1] : 0;
        lines[at++] = (byte) ((pixels[i] >> 16) - (before >> 16));
        lines[at++] = (byte) ((pixels[i] >> 8) - (before >> 8));
        lines[at++] = (byte) (pixels[i] - before);
      }
    }
    return lines;
  }

  private static void chunk(ByteArrayOutputStream file, String name, byte[] data, int length) {
    byte[] type = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(type);
    crc.update(data, 0, length);
    file.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    file.writeBytes(type);
    file.write(data, 0, length);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
