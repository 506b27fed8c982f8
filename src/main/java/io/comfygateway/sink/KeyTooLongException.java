package io.comfygateway.sink;

/** The key of an output would have more bytes than any store takes; trying again does not help. */
public final class KeyTooLongException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KeyTooLongException() {
    super("the key of the output would be longer than 1024 bytes; shorten prefix or template");
  }
}
