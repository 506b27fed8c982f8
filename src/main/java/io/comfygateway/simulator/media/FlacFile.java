package io.comfygateway.simulator.media;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Silence as a FLAC file (RFC 9639) of 16 bits per sample. */
public final class FlacFile {
  private static final int BLOCK = 4096;

  private FlacFile() {}

  /**
   * @param samples how many per channel
   * @param rate samples per second
   * @param channels 1 to 8
   */
  public static byte[] silence(long samples, int rate, int channels) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes("fLaC".getBytes(StandardCharsets.US_ASCII));
    BitWriter info = BitWriter.highestFirst().bits(0x80, 8).bits(34, 24);
    info.bits(BLOCK, 16).bits(BLOCK, 16).bits(0, 24).bits(0, 24);
    info.bits(rate, 20).bits(channels - 1, 3).bits(16 - 1, 5);
    info.bits((int) (samples >>> 32), 4).bits((int) samples, 32);
    file.writeBytes(info.bytes(new byte[16]).toBytes());
    for (int frame = 0; (long) frame * BLOCK < samples; frame++) {
      int size = (int) Math.min(BLOCK, samples - (long) frame * BLOCK);
      file.writeBytes(frame(frame, size, channels));
    }
    return file.toByteArray();
  }

  private static byte[] frame(int number, int size, int channels) {
    BitWriter header = BitWriter.highestFirst().bits(0b111111111111100, 15).bits(0, 1);
    header.bits(0b0111, 4).bits(0, 4).bits(channels - 1, 4).bits(0b100, 3).bits(0, 1);
    header.bytes(coded(number)).bits(size - 1, 16);
    byte[] head = header.toBytes();
    ByteBuffer frame = ByteBuffer.allocate(head.length + 1 + 3 * channels + 2).put(head);
    frame.put((byte) checksum(head, head.length, 8, 0x07));
    // A subframe of the kind "constant" is its kind and one sample: zeros for silence.
    frame.position(frame.position() + 3 * channels);
    int end = frame.position();
    return frame.putShort((short) checksum(frame.array(), end, 16, 0x8005)).array();
  }

  // The numbers are coded as UTF-8 codes characters (RFC 9639, section 9.1.5).
  private static byte[] coded(int number) {
    if (number < 0x80) {
      return new byte[] {(byte) number};
    }
    int tail = number < 0x800 ? 1 : number < 0x10000 ? 2 : 3;
    byte[] coded = new byte[tail + 1];
    coded[0] = (byte) (0xf0 << 3 - tail | number >> 6 * tail);
    for (int i = 1; i <= tail; i++) {
      coded[i] = (byte) (0x80 | number >> 6 * (tail - i) & 0x3f);
    }
    return coded;
  }

  private static int checksum(byte[] bytes, int length, int width, int polynomial) {
    int top = 1 << width - 1;
    int crc = 0;
    for (int i = 0; i < length; i++) {
      crc ^= (bytes[i] & 0xff) << width - 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & top) == 0 ? crc << 1 : crc << 1 ^ polynomial;
      }
    }
    return crc & (1 << width) - 1;
  }
}
