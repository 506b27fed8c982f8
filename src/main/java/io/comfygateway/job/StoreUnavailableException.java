package io.comfygateway.job;

import java.io.IOException;

/**
 * The folder of files cannot be written to, for a reason that lies in it and not in what is stored:
 * a network file system that is away, say, or rights that were taken.
 */
public final class StoreUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(IOException cause) {
    super("The folder of files cannot be written to: " + cause, cause);
  }
}
