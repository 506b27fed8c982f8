package io.comfygateway.custom;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A route of the operator's own failed; the stage that called it tries again. */
public final class CustomStepException extends IOException {
  private static final long serialVersionUID = 1L;
  private final boolean isPassing;

  CustomStepException(String message, boolean isPassing, @Nullable Throwable cause) {
    super(message, cause);
    this.isPassing = isPassing;
  }

  /** Whether it failed for a reason that goes away, such as a service that cannot be reached. */
  public boolean isPassing() {
    return isPassing;
  }
}
