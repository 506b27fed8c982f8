package io.comfygateway.delivery;

import io.comfygateway.retry.RetryDelays;
import io.comfygateway.retry.StatusList;
import io.comfygateway.retry.StatusPeriods;
import java.time.Duration;

/**
 * What decides whether and when a delivery is tried again.
 *
 * @param delays before the first try, the second, and so on
 * @param retried the statuses of answers after which a delivery is tried again
 * @param early statuses of a receiver that may not be ready yet, and for how long from the first
 *     try they are tried again after the early delays
 * @param earlyDelays the delays of these tries; the last one is repeated
 * @param longestRetryAfter the longest {@code Retry-After} of a receiver that counts as it is; a
 *     longer one counts as this
 * @param jitter the part of a delay that is added at random, from 0 (none) to 1 (up to twice the
 *     delay), so that what failed together is not tried again together
 */
public record RetryRules(
    RetryDelays delays,
    StatusList retried,
    StatusPeriods early,
    RetryDelays earlyDelays,
    Duration longestRetryAfter,
    double jitter) {

  /** Refuses a jitter that is not a part. */
  public RetryRules {
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("The jitter of a retry schedule is from 0 to 1");
    }
  }
}
