package io.comfygateway.workflow;

import java.util.Optional;

/**
 * A path that a graph names below one of ComfyUI's folders, on a server whose system is not known:
 * what leaves the folder on Linux, macOS or Windows does so here.
 */
final class FilePath {
  private FilePath() {}

  /**
   * Why a path does not stay below its folder, as the end of a sentence that begins with its name.
   *
   * @return empty if it does
   */
  static Optional<String> fault(String text) {
    String path = unquoted(text);
    if (path.startsWith("/") || path.startsWith("\\") || path.startsWith("~")) {
      return Optional.of("is an absolute path");
    }
    if (path.length() >= 2 && isLetter(path.charAt(0)) && path.charAt(1) == ':') {
      return Optional.of("names a drive");
    }
    if (path.regionMatches(true, 0, "file:", 0, "file:".length())) {
      return Optional.of("is an absolute path");
    }
    return leaves(path) ? Optional.of("leaves its folder with \"..\"") : Optional.empty();
  }

  // As nodes do that take a path from a text field.
  private static String unquoted(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isAround(text.charAt(start))) {
      start++;
    }
    while (start < end && isAround(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isAround(char c) {
    return Character.isWhitespace(c) || c == '"' || c == '\'';
  }

  private static boolean isLetter(char c) {
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
  }

  // Windows drops spaces and full stops at the end of a name, so ".. " is the folder above there.
  private static boolean leaves(String path) {
    int start = 0;
    for (int at = 0; at <= path.length(); at++) {
      if (at == path.length() || path.charAt(at) == '/' || path.charAt(at) == '\\') {
        if (isAbove(path, start, at)) {
          return true;
        }
        start = at + 1;
      }
    }
    return false;
  }

  private static boolean isAbove(String path, int start, int end) {
    if (end - start < 2 || path.charAt(start) != '.') {
      return false;
    }
    for (int at = start + 1; at < end; at++) {
      if (path.charAt(at) != '.' && path.charAt(at) != ' ') {
        return false;
      }
    }
    return true;
  }
}
