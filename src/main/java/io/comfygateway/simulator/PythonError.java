package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;

/** What ComfyUI, a Python program, would raise at the same point; it is part of its answer. */
final class PythonError extends Exception {
  private static final long serialVersionUID = 1L;

  private final String type;

  /**
   * @param type the exception's class, such as {@code KeyError}
   * @param message its text as {@code str()} gives it
   */
  PythonError(String type, String message) {
    super(message, null, false, false);
    this.type = type;
  }

  static PythonError missingKey(String key) {
    return new PythonError("KeyError", PythonText.quoted(key));
  }

  static PythonError missingKey(JsonNode key) {
    return new PythonError("KeyError", PythonText.repr(key));
  }

  String type() {
    return type;
  }
}
