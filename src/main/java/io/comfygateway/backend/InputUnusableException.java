package io.comfygateway.backend;

/**
 * A job's file input cannot be fetched, or ComfyUI does not take it; the message is for the caller.
 */
public final class InputUnusableException extends Exception {
  private static final long serialVersionUID = 1L;

  public InputUnusableException(String message) {
    super(message);
  }
}
