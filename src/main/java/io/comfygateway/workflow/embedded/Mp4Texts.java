package io.comfygateway.workflow.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The metadata of an MP4 or QuickTime film: {@code moov/meta} or {@code moov/udta/meta} with names
 * in {@code keys} and values in {@code ilst}, or the comment {@code ©cmt}.
 *
 * @see <a href="https://developer.apple.com/documentation/quicktime-file-format">QuickTime File
 *     Format, Metadata atoms</a>
 */
final class Mp4Texts {
  private static final Set<String> AROUND = Set.of("moov", "udta");
  private static final String COMMENT = "\u00a9cmt";
  private static final int HEADER = 8;
  private static final int LONG_HEADER = 16;
  private static final int MOST_KEYS = 1_000;
  private static final int LONGEST_KEY = 1_000;

  private final MediaBytes file;
  private final MediaTexts texts;
  private int boxes;

  private Mp4Texts(MediaBytes file, MediaTexts texts) {
    this.file = file;
    this.texts = texts;
  }

  /** A box: what it is, where its content begins, and where it ends. */
  private record Box(String type, long from, long end) {}

  static boolean isMeant(MediaBytes file) throws IOException {
    return file.has(4, "ftyp");
  }

  static void read(MediaBytes file, MediaTexts texts) throws IOException {
    new Mp4Texts(file, texts).read();
  }

  private void read() throws IOException {
    Deque<Box> open = new ArrayDeque<>(List.of(new Box("", 0, file.size())));
    while (!open.isEmpty()) {
      for (Box box : inside(open.poll())) {
        if (AROUND.contains(box.type())) {
          open.add(box);
        } else if (box.type().equals("meta")) {
          metadata(box);
        }
      }
    }
  }

  private List<Box> inside(Box outer) throws IOException {
    List<Box> found = new ArrayList<>();
    long at = outer.from();
    while (at + HEADER <= outer.end() && ++boxes < MediaTexts.MOST_PARTS) {
      long size = file.u32(at);
      String type = file.text(at + 4, 4, StandardCharsets.ISO_8859_1);
      long from = at + HEADER;
      if (size == 1 && at + LONG_HEADER <= outer.end()) {
        size = file.u64(at + HEADER);
        from = at + LONG_HEADER;
      } else if (size == 0) {
        size = outer.end() - at;
      }
      if (size < from - at || size > outer.end() - at) {
        return found;
      }
      found.add(new Box(type, from, at + size));
      at += size;
    }
    return found;
  }

  private void metadata(Box meta) throws IOException {
    // MP4 has a version before the boxes inside, QuickTime has none.
    boolean isQuickTime = file.has(meta.from() + 4, "hdlr");
    List<Box> parts = inside(new Box("", isQuickTime ? meta.from() : meta.from() + 4, meta.end()));
    List<String> keys = new ArrayList<>();
    for (Box part : parts) {
      if (part.type().equals("keys")) {
        keys = keys(part);
      }
    }
    for (Box part : parts) {
      if (part.type().equals("ilst")) {
        for (Box item : inside(part)) {
          item(item, keys);
        }
      }
    }
  }

  private List<String> keys(Box box) throws IOException {
    List<String> keys = new ArrayList<>();
    long at = box.from() + HEADER;
    while (at + HEADER <= box.end() && keys.size() < MOST_KEYS) {
      long size = file.u32(at);
      if (size < HEADER || size > box.end() - at || size > MediaTexts.LARGEST) {
        return keys;
      }
      // A longer key is none of those wanted; it still counts, since values name keys by position.
      keys.add(
          size - HEADER > LONGEST_KEY
              ? ""
              : file.text(at + HEADER, (int) size - HEADER, StandardCharsets.UTF_8));
      at += size;
    }
    return keys;
  }

  private void item(Box item, List<String> keys) throws IOException {
    String name = item.type().equals(COMMENT) ? "comment" : "";
    long index = file.u32(item.from() - 4);
    if (index >= 1 && index <= keys.size()) {
      name = keys.get((int) index - 1);
    }
    if (!MediaTexts.isWanted(name)) {
      return;
    }
    for (Box data : inside(item)) {
      // A type and a locale stand before the text.
      long length = data.end() - data.from() - 8;
      if (data.type().equals("data") && length >= 0 && length <= MediaTexts.LARGEST) {
        texts.add(name, file.bytes(data.from() + 8, (int) length));
      }
    }
  }
}
