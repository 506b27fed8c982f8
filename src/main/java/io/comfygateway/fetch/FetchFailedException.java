package io.comfygateway.fetch;

import java.io.IOException;
import java.time.Duration;

/** A file could not be fetched this time; it is tried again. */
public final class FetchFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration wait;

  FetchFailedException(String reason, Duration wait) {
    super(reason);
    this.wait = wait;
  }

  /** How long to wait before the next try. */
  Duration waitBefore() {
    return wait;
  }
}
