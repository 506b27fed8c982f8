package io.comfygateway.simulator.media;

import java.io.ByteArrayOutputStream;

/** Bits packed into bytes, the first one into the highest or into the lowest place. */
final class BitWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final boolean highestFirst;
  private int current;
  private int filled;

  private BitWriter(boolean highestFirst) {
    this.highestFirst = highestFirst;
  }

  /** As H.264 and FLAC pack them. */
  static BitWriter highestFirst() {
    return new BitWriter(true);
  }

  /** As WebP packs them. */
  static BitWriter lowestFirst() {
    return new BitWriter(false);
  }

  /** Appends a number of {@code count} bits, at most 32, in this writer's bit order. */
  BitWriter bits(int value, int count) {
    for (int i = 0; i < count; i++) {
      bit(value >>> (highestFirst ? count - 1 - i : i));
    }
    return this;
  }

  /** Appends a prefix code: its highest bit comes first in either order. */
  BitWriter code(int code, int length) {
    for (int i = length - 1; i >= 0; i--) {
      bit(code >>> i);
    }
    return this;
  }

  /** Appends an unsigned Exp-Golomb number (H.264, clause 9.1). */
  BitWriter golomb(int value) {
    int length = 32 - Integer.numberOfLeadingZeros(value + 1);
    return bits(0, length - 1).bits(value + 1, length);
  }

  /** Fills the last byte with zeros. */
  BitWriter align() {
    while (filled > 0) {
      bit(0);
    }
    return this;
  }

  /** Appends whole bytes; the writer must be aligned. */
  BitWriter bytes(byte[] more) {
    bytes.writeBytes(more);
    return this;
  }

  byte[] toBytes() {
    align();
    return bytes.toByteArray();
  }

  private void bit(int value) {
    current |= (value & 1) << (highestFirst ? 7 - filled : filled);
    if (++filled == 8) {
      bytes.write(current);
      current = 0;
      filled = 0;
    }
  }
}
