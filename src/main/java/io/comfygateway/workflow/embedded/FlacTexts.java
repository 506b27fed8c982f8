package io.comfygateway.workflow.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The Vorbis comments of a FLAC.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9639">RFC 9639, 8.6</a>
 */
final class FlacTexts {
  private static final int COMMENTS = 4;
  private static final int MOST_COMMENTS = 10_000;

  private FlacTexts() {}

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(0, "fLaC");
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    long at = 4;
    for (int block = 0; block < MediaTexts.MOST_PARTS && at + 4 <= file.size(); block++) {
      int head = file.u8(at);
      int length = file.u24(at + 1);
      if ((head & 0x7f) == COMMENTS) {
        comments(ByteBuffer.wrap(file.bytes(at + 4, length)), texts);
      }
      if ((head & 0x80) != 0) {
        return;
      }
      at += 4 + length;
    }
  }

  private static void comments(ByteBuffer block, MediaTexts texts) {
    block.order(ByteOrder.LITTLE_ENDIAN);
    // The name of the program that wrote it.
    if (block.remaining() < 4 || !skip(block, block.getInt()) || block.remaining() < 4) {
      return;
    }
    int count = Math.min(block.getInt(), MOST_COMMENTS);
    for (int i = 0; i < count && block.remaining() >= 4; i++) {
      int length = block.getInt();
      int from = block.position();
      if (!skip(block, length)) {
        return;
      }
      String comment = new String(block.array(), from, length, StandardCharsets.UTF_8);
      int equals = comment.indexOf('=');
      if (equals > 0) {
        texts.add(comment.substring(0, equals), comment.substring(equals + 1));
      }
    }
  }

  private static boolean skip(ByteBuffer block, int length) {
    if (length < 0 || length > block.remaining()) {
      return false;
    }
    block.position(block.position() + length);
    return true;
  }
}
