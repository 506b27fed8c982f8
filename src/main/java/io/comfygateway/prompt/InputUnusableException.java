package io.comfygateway.prompt;

/**
 * A job's file input cannot be fetched, or ComfyUI does not take it; the message is for the caller.
 */
public final class InputUnusableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String type;

  public InputUnusableException(String message) {
    this("input_error", message);
  }

  /**
   * @param type the job's {@code error.type}
   */
  public InputUnusableException(String type, String message) {
    super(message);
    this.type = type;
  }

  /** The job's {@code error.type}. */
  public String type() {
    return type;
  }
}
