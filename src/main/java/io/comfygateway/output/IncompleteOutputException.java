package io.comfygateway.output;

import java.io.IOException;

/** A stream did not have as many bytes as were announced; the output has to be fetched again. */
public final class IncompleteOutputException extends IOException {
  private static final long serialVersionUID = 1L;

  public IncompleteOutputException(long expectedBytes, long receivedBytes) {
    super("expected %d bytes and received %d".formatted(expectedBytes, receivedBytes));
  }
}
