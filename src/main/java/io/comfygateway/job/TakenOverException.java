package io.comfygateway.job;

import java.util.UUID;

/** The job is in another gateway's hands by now: what was about to be done is no longer ours. */
public final class TakenOverException extends Exception {
  private static final long serialVersionUID = 1L;

  public TakenOverException(UUID job) {
    super("another gateway has taken over job " + job);
  }
}
