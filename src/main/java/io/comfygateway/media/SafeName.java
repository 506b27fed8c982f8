package io.comfygateway.media;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * File names that any file system takes and that cannot leave their folder. Names come from callers
 * and from ComfyUI's nodes, so nothing is assumed of them.
 */
public final class SafeName {
  /**
   * The most bytes (UTF-8) that a safe name has: file systems take 255, and an index or a random
   * part is put beside it.
   */
  public static final int MAX_BYTES = 150;

  private static final int MAX_EXTENSION = 16;
  private static final Pattern FORBIDDEN = Pattern.compile("[<>:\"|?*]");
  // Controls, invisible formatting (it can turn the reading direction, and so hide an extension),
  // lone surrogates, line separators.
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");
  private static final Pattern EDGE = Pattern.compile("^[.\\s]+|[.\\s]+$");
  private static final Pattern EXTENSION =
      Pattern.compile("\\.[A-Za-z0-9]{1," + MAX_EXTENSION + "}$");
  private static final Pattern WINDOWS_DEVICE =
      Pattern.compile(
          "(con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9¹²³])[ ]*(\\..*)?",
          Pattern.CASE_INSENSITIVE);

  private SafeName() {}

  /**
   * The last segment of a name, without what a file system, a shell or a reader would stumble over.
   * The extension is kept, also where the name is cut.
   *
   * @return a name of 1 to {@value #MAX_BYTES} bytes; {@code file} where nothing is left
   */
  public static String of(String name) {
    String segment = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    String clean =
        INVISIBLE.matcher(Normalizer.normalize(segment, Normalizer.Form.NFC)).replaceAll("");
    clean = FORBIDDEN.matcher(clean).replaceAll("_");
    clean = EDGE.matcher(clean).replaceAll("");
    if (clean.isEmpty()) {
      return "file";
    }
    if (WINDOWS_DEVICE.matcher(clean).matches()) {
      clean = "_" + clean;
    }
    return limited(clean);
  }

  /** The extension in lower case without its dot, empty where the name has none. */
  public static String extension(String name) {
    var matcher = EXTENSION.matcher(name);
    return matcher.find() ? matcher.group().substring(1).toLowerCase(Locale.ROOT) : "";
  }

  private static String limited(String name) {
    if (bytes(name) <= MAX_BYTES) {
      return name;
    }
    var matcher = EXTENSION.matcher(name);
    String extension = matcher.find() ? matcher.group() : "";
    String stem = name.substring(0, name.length() - extension.length());
    while (bytes(stem) > MAX_BYTES - extension.length()) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return EDGE.matcher(stem).replaceAll("") + extension;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
