package io.comfygateway.cli;

/** A file of a workflow that holds no graph, or cannot be read; the message says why. */
final class UnreadableFile extends Exception {
  private static final long serialVersionUID = 1;

  UnreadableFile(String message) {
    super(message);
  }
}
