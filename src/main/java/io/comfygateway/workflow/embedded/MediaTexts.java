package io.comfygateway.workflow.embedded;

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

  private final Map<String, String> byName = new HashMap<>();

  /** Whether a text of this name is wanted. */
  static boolean isWanted(String name) {
    return NAMES.contains(name.toLowerCase(Locale.ROOT));
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
