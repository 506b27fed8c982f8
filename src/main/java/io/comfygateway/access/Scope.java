package io.comfygateway.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key may do. {@link #ADMIN} includes the others, except {@link #URL}. */
public enum Scope {
  /** Run the workflows of the library and read the caller's own jobs. */
  RUN,
  /** Submit graphs that are not in the library. */
  RAW,
  /** Read the jobs of every caller. */
  READ_ALL,
  /**
   * Upload workflows, which callers with {@link #RUN} then run by name. Node rules hold for them as
   * for any graph.
   */
  PUBLISH,
  /**
   * Be part of the URL of ComfyUI's own API, for clients that cannot send a key otherwise. Never
   * together with {@link #ADMIN}: URLs are logged by much that they pass through.
   */
  URL,
  /** Everything, including the keys. */
  ADMIN;

  /** The word in settings and problems, such as {@code run}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads words joined by {@code +}, such as {@code run+raw}.
   *
   * @throws IllegalArgumentException if a word is not a scope, or the scopes do not go together;
   *     the message does not repeat the text, which may be part of a mistyped secret
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
    if (scopes.contains(URL) && scopes.contains(ADMIN)) {
      throw new IllegalArgumentException(
          "the scope url cannot be together with admin: a key in a URL must not administer");
    }
    return scopes;
  }

  /** The scope of a word; empty if there is none. */
  static Optional<Scope> ofWord(String word) {
    return Arrays.stream(values()).filter(scope -> scope.word().equals(word)).findFirst();
  }

  /**
   * Reads the form used in routes: words joined by {@code or}, such as {@code run or read-all}.
   *
   * @throws IllegalArgumentException if a word is not a scope
   */
  public static Set<Scope> anyOf(String words) {
    return parse(words.replaceAll("(?<!\\s)\\s++or\\s++", "+"));
  }

  private static String words() {
    return Arrays.stream(values()).map(Scope::word).collect(Collectors.joining(", "));
  }
}
