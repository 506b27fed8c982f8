package io.comfygateway.job;

import java.time.Instant;

/**
 * A job that this gateway has just claimed, on its way to the stage that works on it.
 *
 * @param job the job as it was claimed
 * @param since when its lease began
 */
public record Claim(Job job, Instant since) {
  /** The header in which one stage passes it to the next. */
  public static final String HEADER = "claim";
}
