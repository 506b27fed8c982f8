package io.comfygateway.job;

import java.util.UUID;

/** Another gateway has taken the job over, so this one must not go on with it. */
public final class TakenOverException extends Exception {
  private static final long serialVersionUID = 1L;

  public TakenOverException(UUID job) {
    super("another gateway has taken over job " + job);
  }
}
