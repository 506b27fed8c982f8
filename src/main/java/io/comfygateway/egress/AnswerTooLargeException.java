package io.comfygateway.egress;

import java.io.IOException;

/** A server sends more than an answer to this request may have. */
public final class AnswerTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  AnswerTooLargeException(long maxBytes) {
    super("its answer is larger than " + maxBytes + " bytes");
  }
}
