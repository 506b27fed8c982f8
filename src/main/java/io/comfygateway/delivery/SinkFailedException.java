package io.comfygateway.delivery;

/** A sink could not deliver, and says why. */
public final class SinkFailedException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 200;

  /**
   * Makes it.
   *
   * @param reason for the caller; without a secret
   */
  SinkFailedException(String reason) {
    super(
        reason
            .substring(0, Math.min(reason.length(), LONGEST))
            .replaceAll("\\p{Cntrl}", " ")
            .strip());
  }
}
