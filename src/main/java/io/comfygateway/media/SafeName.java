package io.comfygateway.media;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * File names that any file system takes and that cannot leave their folder. Names come from callers
 * and from ComfyUI's nodes, so nothing about them is trusted.
 */
public final class SafeName {
  /**
   * The most bytes (UTF-8) that a safe name has: file systems accept 255, and an index or a random
   * part is added.
   */
  public static final int MAX_BYTES = 150;

  private static final int MAX_EXTENSION = 16;
  private static final Pattern FORBIDDEN = Pattern.compile("[<>:\"|?*]");
  // Controls, invisible formatting (it can turn the reading direction, and so hide an extension),
  // lone surrogates, line separators.
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");
  // More than any real name, and far less than a server can send.
  private static final int LONGEST = 1_000;
  private static final Pattern WINDOWS_DEVICE =
      Pattern.compile(
          "(?:con|prn|aux|nul|conin\\$|conout\\$|(?:com|lpt)[0-9¹²³])[ ]*+(?:\\..*+)?+",
          Pattern.CASE_INSENSITIVE);

  private SafeName() {}

  /**
   * The last segment of a name, without what a file system, a shell or a reader could misread. The
   * extension is kept even if the name is shortened.
   *
   * @return a name of 1 to {@value #MAX_BYTES} bytes; {@code file} where nothing is left
   */
  public static String of(String name) {
    String segment = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    String clean =
        INVISIBLE.matcher(Normalizer.normalize(cut(segment), Normalizer.Form.NFC)).replaceAll("");
    clean = trimmed(FORBIDDEN.matcher(clean).replaceAll("_"));
    if (clean.isEmpty()) {
      return "file";
    }
    if (WINDOWS_DEVICE.matcher(clean).matches()) {
      clean = "_" + clean;
    }
    return limited(clean);
  }

  // Both ends count: the extension is at the end.
  private static String cut(String segment) {
    return segment.length() <= LONGEST
        ? segment
        : segment.substring(0, LONGEST / 2) + segment.substring(segment.length() - LONGEST / 2);
  }

  private static String trimmed(String name) {
    int start = 0;
    int end = name.length();
    while (start < end && isEdge(name.charAt(start))) {
      start++;
    }
    while (start < end && isEdge(name.charAt(end - 1))) {
      end--;
    }
    return name.substring(start, end);
  }

  private static boolean isEdge(char c) {
    return c == '.' || c == ' ' || c >= '\t' && c <= '\r';
  }

  /** The extension in lower case without its dot, empty where the name has none. */
  public static String extension(String name) {
    int start = name.lastIndexOf('.') + 1;
    int length = name.length() - start;
    if (start == 0 || length == 0 || length > MAX_EXTENSION) {
      return "";
    }
    for (int at = start; at < name.length(); at++) {
      if (!isPlain(name.charAt(at))) {
        return "";
      }
    }
    return name.substring(start).toLowerCase(Locale.ROOT);
  }

  private static boolean isPlain(char c) {
    return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
  }

  private static String limited(String name) {
    if (bytes(name) <= MAX_BYTES) {
      return name;
    }
    int length = extension(name).length();
    String extension = length == 0 ? "" : name.substring(name.length() - length - 1);
    String stem = name.substring(0, name.length() - extension.length());
    while (bytes(stem) > MAX_BYTES - extension.length()) {
      stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
    }
    return trimmed(stem) + extension;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
