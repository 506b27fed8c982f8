package io.comfygateway.web;

import java.time.Duration;
import java.util.UUID;

/**
 * A request that is answered when its job has ended, or when the time is over.
 *
 * @param job the job
 * @param time how long at the most
 * @param then the endpoint that makes the answer
 */
record Hold(UUID job, Duration time, String then) {
  /** The exchange property that a route sets to have its request held. */
  static final String PROPERTY = "hold";
}
