package io.comfygateway.workflow.embedded;

import java.io.IOException;

/** The Exif segment of a JPEG. */
final class JpegTexts {
  private static final String EXIF = "Exif\0\0";
  private static final int MARKER = 0xff;
  private static final int APP1 = 0xe1;
  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;

  private JpegTexts() {}

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(0, "\u00ff\u00d8\u00ff");
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    long at = 2;
    for (int segment = 0; segment < MediaTexts.MOST_PARTS && at + 4 <= file.size(); segment++) {
      int type = file.u8(at + 1);
      if (file.u8(at) != MARKER || type == START_OF_SCAN || type == END_OF_IMAGE) {
        return;
      }
      int length = file.u16(at + 2);
      if (type == APP1 && file.has(at + 4, EXIF)) {
        int header = 2 + EXIF.length();
        ExifTexts.read(file.bytes(at + 4 + EXIF.length(), Math.max(0, length - header)), texts);
      }
      at += 2 + Math.max(2, length);
    }
  }
}
