package io.comfygateway.http;

import io.comfygateway.job.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * A request that is answered when its job has ended or changed, or when the time is over.
 *
 * @param job the job
 * @param seen the status that it must have left behind; empty where it must have ended
 * @param time how long at the most
 * @param then the endpoint that makes the answer
 */
public record LongPollLimit(UUID job, Optional<JobStatus> seen, Duration time, String then) {
  /** The exchange property that a route sets to have its request held. */
  public static final String PROPERTY = "hold";
}
