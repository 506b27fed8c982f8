package io.comfygateway.delivery;

import java.util.Optional;

/** The server of a sink answered with another HTTP status than 2xx. */
public final class SinkAnsweredException extends Exception {
  private static final long serialVersionUID = 1L;
  private final int status;
  private final transient Optional<String> retryAfter;

  SinkAnsweredException(int status, Optional<String> retryAfter) {
    super("the destination answered " + status);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  /** The header {@code Retry-After}. */
  Optional<String> retryAfter() {
    return retryAfter == null ? Optional.empty() : retryAfter;
  }
}
