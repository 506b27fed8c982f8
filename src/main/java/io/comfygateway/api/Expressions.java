package io.comfygateway.api;

import java.util.Optional;

/** Expressions of n8n and the like that were typed as text, so that nobody evaluated them. */
final class Expressions {
  private static final int SHOWN = 60;

  private Expressions() {}

  /** What is wrong with a value that holds one, such as {@code ={{ $execution.resumeUrl }}}. */
  static Optional<String> unevaluated(String field, String value) {
    int begin = value.indexOf("{{");
    if (begin < 0 || value.indexOf("}}", begin) < 0) {
      return Optional.empty();
    }
    String shown = value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "…";
    return Optional.of(
        field
            + " is the text "
            + shown
            + ", an expression that was not evaluated. In n8n switch the field from Fixed to Expression, and type it without the = in front.");
  }
}
