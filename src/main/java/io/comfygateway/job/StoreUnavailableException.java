package io.comfygateway.job;

import java.io.IOException;

/**
 * The folder of files cannot be written to, for a reason of its own and not of the file: a network
 * file system that does not answer, for instance, or missing permissions.
 */
public final class StoreUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(IOException cause) {
    super("The folder of files cannot be written to: " + cause, cause);
  }
}
