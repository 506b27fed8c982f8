package io.comfygateway.workflow.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The Exif chunk of a WebP.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9649">RFC 9649, 2.7</a>
 */
final class WebpTexts {
  private static final int HEADER = 8;

  private WebpTexts() {}

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(0, "RIFF") && file.has(8, "WEBP");
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    long at = 12;
    for (int chunk = 0; chunk < MediaTexts.MOST_PARTS && at + HEADER <= file.size(); chunk++) {
      String type = file.text(at, 4, StandardCharsets.ISO_8859_1);
      long length = Integer.reverseBytes((int) file.u32(at + 4)) & 0xffff_ffffL;
      if (type.equals("EXIF") && length <= MediaTexts.LARGEST) {
        ExifTexts.read(file.bytes(at + HEADER, (int) length), texts);
        return;
      }
      at += HEADER + length + (length & 1);
    }
  }
}
