package io.comfygateway.output;

import io.comfygateway.media.ContentTypes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Tells an HTML page, such as that of a login proxy, by the first bytes of a stream. */
final class PageStart {
  private PageStart() {}

  /**
   * Whether the stream begins as an HTML page; a login page may have the type of a picture, or
   * none. The stream is left where it was.
   *
   * @param bytes a stream that supports marks
   */
  static boolean isPage(InputStream bytes) throws IOException {
    bytes.mark(ContentTypes.PAGE_HEAD);
    // Two bytes rule out a page for nearly every file, so that no more is read ahead.
    byte[] first = bytes.readNBytes(2);
    byte[] head = mayBeginPage(first) ? bytes.readNBytes(ContentTypes.PAGE_HEAD - 2) : new byte[0];
    bytes.reset();
    return ContentTypes.isPage(joined(first, head));
  }

  // A tag, blanks before one, or a byte order mark.
  private static boolean mayBeginPage(byte[] first) {
    if (first.length < 2) {
      return false;
    }
    int one = first[0] & 0xFF;
    int two = first[1] & 0xFF;
    return one == '<'
        || one == ' '
        || one >= '\t' && one <= '\r'
        || one == 0xEF && two == 0xBB
        || one == 0xFE && two == 0xFF
        || one == 0xFF && two == 0xFE;
  }

  private static byte[] joined(byte[] first, byte[] then) {
    byte[] all = Arrays.copyOf(first, first.length + then.length);
    System.arraycopy(then, 0, all, first.length, then.length);
    return all;
  }
}
