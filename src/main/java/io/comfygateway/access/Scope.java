package io.comfygateway.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key may do. {@link #ADMIN} includes the others. */
public enum Scope {
  /** Run the workflows of the library and read one's own jobs. */
  RUN,
  /** Hand in a graph of one's own. */
  RAW,
  /** Read the jobs of every caller. */
  READ_ALL,
  /** Everything, the library and the keys included. */
  ADMIN;

  /** The word that stands in settings and problems, such as {@code run}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads words joined by {@code +}, such as {@code run+raw}.
   *
   * @throws IllegalArgumentException where a word is no scope; the message never repeats the text,
   *     which may be a part of a mistyped secret
   */
  public static Set<Scope> parse(String words) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String word : words.split("\\+", -1)) {
      scopes.add(
          ofWord(word.strip())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the scopes must be " + words() + ", joined by +")));
    }
    return scopes;
  }

  /** The scope of a word; empty where there is none. */
  static Optional<Scope> ofWord(String word) {
    return Arrays.stream(values()).filter(scope -> scope.word().equals(word)).findFirst();
  }

  /**
   * Reads what routes write: words joined by {@code or}, such as {@code run or read-all}.
   *
   * @throws IllegalArgumentException where a word is no scope
   */
  public static Set<Scope> anyOf(String words) {
    return parse(words.replaceAll("(?<!\\s)\\s++or\\s++", "+"));
  }

  private static String words() {
    return Arrays.stream(values()).map(Scope::word).collect(Collectors.joining(", "));
  }
}
