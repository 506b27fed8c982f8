package io.comfygateway.workflow;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a file of the library is called.
 *
 * @param slug the name in URLs: letters and digits of any script, {@code .}, {@code _} and {@code
 *     -} stay, each run of other characters is one {@code -}; folders stand before it with a {@code
 *     /}
 * @param title the file's name as it is, without folder, version and ending
 * @param version the number behind {@code @} at the end; empty for the current version
 */
record WorkflowName(String slug, String title, OptionalInt version) {
  /** With a version it must fit into the column of a job's workflow. */
  private static final int LONGEST = 150;

  private static final int MOST_DIGITS = 9;

  /**
   * Reads the name of a file.
   *
   * @param stem its path in the folder of the library, without the ending
   * @return empty if a part of it holds no letter and no digit, or the slug would be too long
   */
  static Optional<WorkflowName> of(String stem) {
    String path = Normalizer.normalize(stem, Normalizer.Form.NFC);
    OptionalInt version = version(path);
    String bare = version.isPresent() ? path.substring(0, path.lastIndexOf('@')) : path;
    List<String> slugs = new ArrayList<>();
    for (String part : bare.split("/", -1)) {
      slugs.add(slug(part));
    }
    String slug = String.join("/", slugs);
    boolean isUsable =
        slug.length() <= LONGEST
            && slugs.stream().allMatch(it -> it.codePoints().anyMatch(Character::isLetterOrDigit));
    String title = bare.substring(bare.lastIndexOf('/') + 1).strip();
    return isUsable ? Optional.of(new WorkflowName(slug, title, version)) : Optional.empty();
  }

  /** What names exactly this version, where it has a number, and else the current one. */
  String ref() {
    return version.isPresent() ? slug + "@" + version.getAsInt() : slug;
  }

  private static OptionalInt version(String path) {
    int at = path.lastIndexOf('@');
    return at > 0 ? number(path.substring(at + 1)) : OptionalInt.empty();
  }

  /** The number of a version; empty for what is none, such as an alias. */
  static OptionalInt number(String digits) {
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= MOST_DIGITS
            && digits.charAt(0) != '0'
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
  }

  private static String slug(String part) {
    StringBuilder slug = new StringBuilder();
    boolean isGap = false;
    for (int at = 0; at < part.length(); ) {
      int letter = part.codePointAt(at);
      at += Character.charCount(letter);
      if (!isKept(letter)) {
        isGap = true;
        continue;
      }
      boolean isApart = slug.length() > 0 && slug.charAt(slug.length() - 1) != '-';
      if (isGap && isApart && letter != '-') {
        slug.append('-');
      }
      slug.appendCodePoint(letter);
      isGap = false;
    }
    return slug.toString();
  }

  // Vowel signs of Indic scripts are marks, and no letters.
  private static boolean isKept(int letter) {
    int type = Character.getType(letter);
    return Character.isLetterOrDigit(letter)
        || type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || letter == '.'
        || letter == '_'
        || letter == '-';
  }
}
