package io.comfygateway.s3;

import java.io.IOException;

/** An object does not have the size that it was written with. */
public final class ChangedObjectException extends IOException {
  private static final long serialVersionUID = 1L;
  private final long bytes;

  ChangedObjectException(long bytes) {
    super("the object has " + bytes + " bytes, which are not those that were written");
    this.bytes = bytes;
  }

  /** The size that it has. */
  public long bytes() {
    return bytes;
  }
}
