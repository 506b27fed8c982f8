package io.comfygateway.media;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Zip archives that stand behind something else: an archive is read from its end, so that a file
 * can be a picture and an archive at once.
 */
final class TrailingArchive {
  // The end of central directory record (APPNOTE 4.3.16): 22 bytes and a comment, to the very end.
  private static final int RECORD = 22;
  private static final int LONGEST_COMMENT = 0xFFFF;
  private static final int MARK = 0x06054B50;

  private TrailingArchive() {}

  static boolean isBehind(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      int length = (int) Math.min(bytes.length(), RECORD + LONGEST_COMMENT);
      ByteBuffer tail = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.seek(bytes.length() - length);
      bytes.readFully(tail.array());
      for (int at = length - RECORD; at >= 0; at--) {
        int comment = tail.getShort(at + RECORD - 2) & 0xFFFF;
        if (tail.getInt(at) == MARK && at + RECORD + comment == length) {
          return true;
        }
      }
      return false;
    }
  }
}
