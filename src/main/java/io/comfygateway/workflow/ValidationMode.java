package io.comfygateway.workflow;

import java.util.Locale;

/**
 * How to treat a graph that its ComfyUI may refuse. What is certain to be refused is refused in
 * each mode.
 */
public enum ValidationMode {
  /** Such faults are not checked. */
  OFF,
  /** The job gets a warning, and ComfyUI decides. */
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
