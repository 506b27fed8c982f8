package io.comfygateway.workflow.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The tags of a WebM or Matroska film.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9559">RFC 9559, 5.1.8</a>
 */
final class WebmTexts {
  private static final long SEGMENT = 0x18538067L;
  private static final long TAGS = 0x1254C367L;
  private static final long TAG = 0x7373L;
  private static final long SIMPLE_TAG = 0x67C8L;
  private static final long NAME = 0x45A3L;
  private static final long STRING = 0x4487L;
  private static final int LONGEST_NAME = 1_000;

  private final MediaBytes file;
  private final MediaTexts texts;
  private final Deque<Long> ends = new ArrayDeque<>();
  private String name = "";
  private long at;

  private WebmTexts(MediaBytes file, MediaTexts texts) {
    this.file = file;
    this.texts = texts;
  }

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(0, "\u001aE\u00df\u00a3");
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    new WebmTexts(file, texts).read();
  }

  private void read() throws IOException {
    ends.push(file.size());
    for (int element = 0; element < MediaTexts.MOST_PARTS && !ends.isEmpty(); element++) {
      if (at >= ends.element()) {
        ends.pop();
        continue;
      }
      long id = number(false);
      long size = number(true);
      if (size < 0) {
        // Of unknown size, as a live recording: it ends where what is around it ends.
        size = ends.element() - at;
      }
      if (size > ends.element() - at) {
        return;
      }
      element(id, size);
    }
  }

  private void element(long id, long size) throws IOException {
    long end = at + size;
    if (id == SEGMENT || id == TAGS || id == TAG || id == SIMPLE_TAG) {
      ends.push(end);
      return;
    }
    if (id == NAME && size <= LONGEST_NAME) {
      name = file.text(at, (int) size, StandardCharsets.UTF_8);
    } else if (id == STRING && size <= MediaTexts.LARGEST && MediaTexts.isWanted(name)) {
      texts.add(name, file.bytes(at, (int) size));
    }
    at = end;
  }

  // The first bits say how many bytes there are; in sizes they are no part of the number.
  private long number(boolean isSize) throws IOException {
    int first = file.u8(at);
    int length = Integer.numberOfLeadingZeros(first) - 23;
    if (length > 8) {
      throw new EOFException();
    }
    long value = isSize ? first & (0xff >> length) : first;
    boolean areAllSet = isSize && value == 0xff >> length;
    for (int i = 1; i < length; i++) {
      int next = file.u8(at + i);
      areAllSet &= next == 0xff;
      value = value << 8 | next;
    }
    at += length;
    return areAllSet ? -1 : value;
  }
}
