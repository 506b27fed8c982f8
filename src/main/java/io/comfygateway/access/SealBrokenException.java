package io.comfygateway.access;

/** A sealed value that cannot be opened. */
public final class SealBrokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SealBrokenException(String message) {
    super(message);
  }
}
