package io.comfygateway.job;

import java.time.Instant;

/**
 * A job that this gateway took into its hands a moment ago, on its way to the stage that works on
 * it.
 *
 * @param job the job as it was then
 * @param since when its lease began
 */
public record Claim(Job job, Instant since) {
  /** The header in which one stage hands it to the next. */
  public static final String HEADER = "claim";
}
