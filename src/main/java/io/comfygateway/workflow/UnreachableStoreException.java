package io.comfygateway.workflow;

/** The versions of workflows cannot be read or stored now, whichever workflow it is. */
public final class UnreachableStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreachableStoreException(RuntimeException cause) {
    super(cause);
  }
}
