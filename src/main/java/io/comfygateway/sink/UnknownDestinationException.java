package io.comfygateway.sink;

/** A job names a destination that is no longer configured; its operator may configure it again. */
public final class UnknownDestinationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownDestinationException(String name) {
    super("there is no destination \"" + name + "\" any more");
  }
}
