package io.comfygateway.extension;

/** Why a library cannot be added or removed: a sentence for the operator that says what to do. */
public final class ExtensionException extends Exception {
  private static final long serialVersionUID = 1L;

  ExtensionException(String message) {
    super(message);
  }

  ExtensionException(String message, Throwable cause) {
    super(message, cause);
  }
}
