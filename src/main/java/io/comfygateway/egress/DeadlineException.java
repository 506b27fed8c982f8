package io.comfygateway.egress;

import java.io.InterruptedIOException;
import java.time.Duration;

/** A server that did not finish its answer in time. */
public final class DeadlineException extends InterruptedIOException {
  private static final long serialVersionUID = 1L;

  public DeadlineException(Duration deadline) {
    super("no whole answer within " + deadline.toMillis() + " ms");
  }
}
