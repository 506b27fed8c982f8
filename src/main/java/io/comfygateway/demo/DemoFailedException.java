package io.comfygateway.demo;

/** The demo cannot continue. The message says why. */
final class DemoFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  DemoFailedException(String message) {
    super(message);
  }
}
