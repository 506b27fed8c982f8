package io.comfygateway.media;

import java.io.IOException;

/**
 * What phones write after a JPEG: the video of a motion photo, and Samsung's trailer, a list of
 * blocks that is found from the file's end.
 */
final class CameraTrailer {
  private static final int SMALLEST_BOX = 8;
  private static final int LIST_HEADER = 12;
  private static final int LIST_ENTRY = 12;
  private static final int MOST_ENTRIES = 100;

  private CameraTrailer() {}

  /** The place after the trailer that begins at a place; that place itself where none does. */
  static long end(FileBytes in, long start) throws IOException {
    return samsung(in, start) ? in.length() : boxes(in, start);
  }

  // Boxes as in MP4, of which "ftyp" is the first (ISO/IEC 14496-12, section 4.2).
  static long boxes(FileBytes in, long start) throws IOException {
    long at = start;
    while (at + SMALLEST_BOX <= in.length()) {
      in.seek(at);
      long size = in.big32();
      String type = in.text(4);
      if (at == start && !type.equals("ftyp") || !isName(type)) {
        return at;
      }
      if (size == 1 && at + 16 <= in.length()) {
        size = in.big32() << 32 | in.big32();
      } else if (size == 0) {
        size = in.length() - at;
      }
      if (size < SMALLEST_BOX || size > in.length() - at) {
        return at;
      }
      at += size;
    }
    return at;
  }

  private static boolean isName(String type) {
    return type.chars().allMatch(c -> c >= ' ' && c <= '~' || c == 0xA9);
  }

  // … blocks, "SEFH", version, count, entries of (type, distance of the block from SEFH, size),
  // size of the list, "SEFT". The blocks begin where the picture ends.
  private static boolean samsung(FileBytes in, long start) throws IOException {
    long length = in.length();
    if (length - start < LIST_HEADER + 8) {
      return false;
    }
    in.seek(length - 8);
    long size = in.little32();
    long list = length - 8 - size;
    if (!in.text(4).equals("SEFT") || list < start) {
      return false;
    }
    in.seek(list);
    if (!in.text(4).equals("SEFH")) {
      return false;
    }
    in.skip(4);
    long count = in.little32();
    if (count > MOST_ENTRIES || LIST_HEADER + count * LIST_ENTRY != size) {
      return false;
    }
    long first = list;
    for (int i = 0; i < count; i++) {
      in.skip(4);
      first = Math.min(first, list - in.little32());
      in.skip(4);
    }
    return first == start;
  }
}
