package io.comfygateway.pool;

/**
 * Something that a server lacks to run a graph.
 *
 * @param kind what it is
 * @param name its name: of the label, the node class or the file
 * @param input for a file, the input that names it, as {@code Class.input}; else empty
 */
public record Lack(Kind kind, String name, String input) {
  /** What can be missing. */
  public enum Kind {
    /** A label of the server, which its operator gives it. */
    LABEL("the label "),
    /** A node class, which a pack of custom nodes brings. */
    CLASS("the node class "),
    /** A file in the server's folders of models. */
    MODEL("the file ");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** What is missing, in words for the server's operator. */
  public String words() {
    return kind.words + name + (input.isEmpty() ? "" : " (" + input + ")");
  }
}
