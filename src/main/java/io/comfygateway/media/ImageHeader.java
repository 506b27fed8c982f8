package io.comfygateway.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The headers of image formats. Its methods throw {@link IndexOutOfBoundsException} where a header
 * is cut off.
 */
final class ImageHeader {
  private final ByteBuffer big;
  private final ByteBuffer little;

  ImageHeader(byte[] head) {
    this.big = ByteBuffer.wrap(head);
    this.little = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
  }

  Optional<Dimensions> size() {
    if (big.capacity() < 16) {
      return Optional.empty();
    }
    // PNG (ISO/IEC 15948): the signature's first half, and the IHDR chunk always first.
    if (big.getInt(0) == 0x89504E47) {
      if (!isText(12, "IHDR")) {
        return Optional.empty();
      }
      return Optional.of(new Dimensions(big.getInt(16), big.getInt(20)));
    }
    if (isText(0, "GIF8")) {
      return Optional.of(new Dimensions(little16(6), little16(8)));
    }
    if (isText(0, "RIFF") && isText(8, "WEBP")) {
      return webp();
    }
    if (isText(0, "BM")) {
      return Optional.of(bmp());
    }
    return (big.getShort(0) & 0xFFFF) == 0xFFD8 ? jpeg() : Optional.empty();
  }

  // WebP container specification: one of three chunks comes first.
  private Optional<Dimensions> webp() {
    if (isText(12, "VP8 ")) {
      // The frame header: 3 bytes tag, 3 bytes start code, 14 bits each (RFC 6386, section 9.1).
      return Optional.of(new Dimensions(little16(26) & 0x3FFF, little16(28) & 0x3FFF));
    }
    if (isText(12, "VP8L")) {
      int bits = little.getInt(21);
      return Optional.of(new Dimensions((bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1));
    }
    if (isText(12, "VP8X")) {
      return Optional.of(new Dimensions(little24(24) + 1, little24(27) + 1));
    }
    return Optional.empty();
  }

  private Dimensions bmp() {
    // A header of 12 bytes is that of OS/2, with 16 bits each. A negative height means top down.
    if (little.getInt(14) == 12) {
      return new Dimensions(little16(18), little16(20));
    }
    return new Dimensions(little.getInt(18), Math.abs(little.getInt(22)));
  }

  // JPEG (ITU-T T.81, annex B): segments up to the frame header, SOF0 to SOF15.
  private Optional<Dimensions> jpeg() {
    int at = 2;
    while (true) {
      if ((big.get(at) & 0xFF) != 0xFF) {
        return Optional.empty();
      }
      int marker = big.get(at + 1) & 0xFF;
      if (marker == 0xFF) {
        at++; // a fill byte
      } else if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD7) {
        at += 2; // stands alone
      } else if (isFrame(marker)) {
        return Optional.of(
            new Dimensions(big.getShort(at + 7) & 0xFFFF, big.getShort(at + 5) & 0xFFFF));
      } else if (marker == 0xD9 || marker == 0xDA) {
        return Optional.empty();
      } else {
        at += 2 + Math.max(2, big.getShort(at + 2) & 0xFFFF);
      }
    }
  }

  // The marks of DHT, JPG and DAC are in the range of the frame headers.
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private int little16(int at) {
    return little.getShort(at) & 0xFFFF;
  }

  private int little24(int at) {
    return little16(at) | (little.get(at + 2) & 0xFF) << 16;
  }

  private boolean isText(int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (big.get(at + i) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
