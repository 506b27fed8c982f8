package io.comfygateway.workflow;

import java.util.Locale;

/**
 * What becomes of a graph that its ComfyUI may refuse. What is certain to be refused is refused in
 * each mode.
 */
public enum ValidationMode {
  /** It is not looked for. */
  OFF,
  /** The job says it as a warning, and ComfyUI decides. */
  WARN,
  /** The graph is refused. */
  REFUSE;

  /**
   * Reads a setting.
   *
   * @throws IllegalArgumentException if it is none of the words
   */
  public static ValidationMode parse(String word) {
    for (ValidationMode mode : values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(word)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("\"" + word + "\" is not off, warn or refuse");
  }
}
