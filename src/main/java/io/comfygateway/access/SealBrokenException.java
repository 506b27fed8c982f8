package io.comfygateway.access;

/** An encrypted value that cannot be decrypted. */
public final class SealBrokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SealBrokenException(String message) {
    super(message);
  }
}
