package io.comfygateway.workflow.embedded;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The texts that a media file carries under the names that ComfyUI and its packs use. */
final class MediaTexts {
  /** Larger ones are passed over. */
  static final int LARGEST = 16 << 20;

  /** Parts of a file that are looked at. */
  static final int MOST_PARTS = 100_000;

  private static final Set<String> NAMES = Set.of("prompt", "workflow", "comment");

  /** Bytes that the texts of one file may have in all, wanted or not. */
  private static final long BUDGET = 64L << 20;

  private final Map<String, String> byName = new HashMap<>();
  private long left = BUDGET;

  /** Whether a text of this name is wanted. */
  static boolean isWanted(String name) {
    return NAMES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether a text of this name is wanted, and none has been found yet. */
  boolean lacks(String name) {
    return isWanted(name) && !byName.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /**
   * Counts bytes that were unpacked or copied.
   *
   * @throws EOFException if the file has had its share
   */
  void spend(long bytes) throws EOFException {
    left -= bytes;
    if (left < 0) {
      throw new EOFException();
    }
  }

  /** Keeps a text; of several with one name, the first. */
  void add(String name, String text) {
    String key = name.toLowerCase(Locale.ROOT);
    if (NAMES.contains(key)) {
      byName.putIfAbsent(key, text);
    }
  }

  void add(String name, byte[] utf8) {
    add(name, new String(utf8, StandardCharsets.UTF_8));
  }

  /** Keeps a text that begins with its name and a colon, as in Exif. */
  void addNamed(String text) {
    int colon = text.indexOf(':');
    if (text.startsWith("{")) {
      add("comment", text);
    } else if (colon > 0 && colon < 20) {
      add(text.substring(0, colon).strip(), text.substring(colon + 1));
    }
  }

  Map<String, String> byName() {
    return byName;
  }
}
