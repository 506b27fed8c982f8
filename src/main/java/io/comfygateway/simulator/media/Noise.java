package io.comfygateway.simulator.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Bytes that are made while they are read, so that a file of any size needs no memory: the same
 * seed gives the same bytes, and they do not compress.
 *
 * @param seed what the bytes depend on
 * @param length in bytes
 */
public record Noise(long seed, long length) {
  private static final int BLOCK = 1 << 16;

  /** The block of at most 64 KiB that begins at {@code offset}, a multiple of 64 KiB. */
  public byte[] block(long offset) {
    ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + offset);
    while (block.hasRemaining()) {
      block.putLong(random.nextLong());
    }
    int size = (int) Math.min(BLOCK, length - offset);
    return size == BLOCK ? block.array() : Arrays.copyOf(block.array(), size);
  }
}
