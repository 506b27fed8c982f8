package io.comfygateway.picture;

import io.comfygateway.media.Dimensions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Adds Exif data to a still WebP file. It needs the extended form of the format, whose first chunk
 * says what follows (RFC 9649, 2.7).
 */
final class WebpExif {
  private static final int HEADER = 12;
  private static final int CHUNK = 8;
  private static final int EXTENDED = 10;
  private static final int HAS_EXIF = 0x08;

  private WebpExif() {}

  static void add(Path file, Optional<byte[]> exif) throws IOException {
    if (exif.isEmpty()) {
      return;
    }
    byte[] plain = Files.readAllBytes(file);
    boolean isExtended = new String(plain, HEADER, 4, StandardCharsets.US_ASCII).equals("VP8X");
    int padded = exif.get().length + (exif.get().length & 1);
    int added = (isExtended ? 0 : CHUNK + EXTENDED) + CHUNK + padded;
    ByteBuffer out = ByteBuffer.allocate(plain.length + added).order(ByteOrder.LITTLE_ENDIAN);
    out.put(plain, 0, HEADER);
    out.putInt(4, plain.length + added - CHUNK);
    if (isExtended) {
      out.put(plain, HEADER, plain.length - HEADER);
      int flags = HEADER + CHUNK;
      out.put(flags, (byte) (plain[flags] | HAS_EXIF));
    } else {
      extended(out, Dimensions.of(plain).orElseThrow(() -> new IOException("no size")));
      out.put(plain, HEADER, plain.length - HEADER);
    }
    out.put("EXIF".getBytes(StandardCharsets.US_ASCII));
    out.putInt(exif.get().length);
    out.put(exif.get());
    Files.write(file, out.array());
  }

  // A picture with an alpha channel has the extended form already.
  private static void extended(ByteBuffer out, Dimensions size) {
    out.put("VP8X".getBytes(StandardCharsets.US_ASCII)).putInt(EXTENDED).putInt(HAS_EXIF);
    three(out, size.width() - 1);
    three(out, size.height() - 1);
  }

  private static void three(ByteBuffer out, int number) {
    out.putShort((short) number).put((byte) (number >> 16));
  }
}
