package io.comfygateway.delivery;

import java.io.IOException;

/** A stored output does not have the bytes that were stored; trying again does not help. */
final class ChangedOutputException extends IOException {
  private static final long serialVersionUID = 1L;

  ChangedOutputException() {
    super("the stored output has changed: it does not have its SHA-256 any more");
  }
}
