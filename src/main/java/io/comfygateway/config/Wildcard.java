package io.comfygateway.config;

/**
 * A name in which {@code *} stands for any letters. Each letter of a text is looked at once for
 * each star at the most: such a name comes from an operator, and the text from a caller.
 *
 * @param pattern the name
 */
public record Wildcard(String pattern) {

  /** Whether the name stands for a text as a whole; capitals count. */
  public boolean covers(String text) {
    int star = pattern.indexOf('*');
    if (star < 0) {
      return pattern.equals(text);
    }
    int last = pattern.lastIndexOf('*');
    String end = pattern.substring(last + 1);
    if (text.length() < star + end.length()
        || !text.startsWith(pattern.substring(0, star))
        || !text.endsWith(end)) {
      return false;
    }
    // What stands between two stars may be taken at its first place.
    int at = star;
    int limit = text.length() - end.length();
    for (int from = star + 1; from <= last; ) {
      int next = pattern.indexOf('*', from);
      String part = pattern.substring(from, next);
      int found = text.indexOf(part, at);
      if (found < 0 || found + part.length() > limit) {
        return false;
      }
      at = found + part.length();
      from = next + 1;
    }
    return true;
  }
}
