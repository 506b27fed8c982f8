package io.comfygateway.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Zip archives after something else: an archive is read from its end, so a file can be a picture
 * and an archive at once.
 */
final class TrailingArchive {
  // The end of central directory record (APPNOTE 4.3.16) has 22 bytes and a comment. Not every
  // program demands that the comment ends with the file.
  private static final int RECORD = 22;
  private static final int LONGEST_COMMENT = 0xFFFF;
  private static final int MARK = 0x06054B50;
  private static final int LOCATOR = 20;
  private static final int LOCATOR_MARK = 0x07064B50;
  private static final int ENTRY_MARK = 0x02014B50;

  private TrailingArchive() {}

  static boolean isBehind(Path file) throws IOException {
    try (FileBytes bytes = new FileBytes(file)) {
      long start = Math.max(0, bytes.length() - RECORD - LONGEST_COMMENT);
      byte[] tail = bytes.peek(start, RECORD + LONGEST_COMMENT);
      ByteBuffer records = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = tail.length - RECORD; at >= 0; at--) {
        if (records.getInt(at) == MARK && hasDirectory(bytes, records, start, at)) {
          return true;
        }
      }
      return false;
    }
  }

  // The directory is right before its end record, so a mark there is no coincidence. The numbers of
  // a large archive are in a record of their own, to which the locator before the end points.
  private static boolean hasDirectory(FileBytes bytes, ByteBuffer records, long start, int at)
      throws IOException {
    if (at >= LOCATOR && records.getInt(at - LOCATOR) == LOCATOR_MARK) {
      return true;
    }
    boolean isEmpty = records.getShort(at + 10) == 0;
    long directory = start + at - Integer.toUnsignedLong(records.getInt(at + 12));
    if (isEmpty || directory < 0) {
      return false;
    }
    byte[] mark = bytes.peek(directory, Integer.BYTES);
    return mark.length == Integer.BYTES
        && ByteBuffer.wrap(mark).order(ByteOrder.LITTLE_ENDIAN).getInt() == ENTRY_MARK;
  }
}
