package io.comfygateway.store;

import java.io.IOException;

/**
 * The files of jobs cannot be stored or read, for a reason of the store and not of the file: a
 * network file system or a bucket that does not answer, for instance, or missing permissions.
 */
public final class StoreUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(IOException cause) {
    super("The files of jobs cannot be stored: " + cause, cause);
  }
}
