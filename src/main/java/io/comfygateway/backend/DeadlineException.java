package io.comfygateway.delivery;

import java.io.InterruptedIOException;
import java.time.Duration;

/** A receiver that did not finish its answer in time. */
final class DeadlineException extends InterruptedIOException {
  private static final long serialVersionUID = 1L;

  DeadlineException(Duration deadline) {
    super("no whole answer within " + deadline.toMillis() + " ms");
  }
}
