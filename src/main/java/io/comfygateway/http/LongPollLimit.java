package io.comfygateway.http;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * A request that is answered when its job has ended or changed, or when the time is up.
 *
 * @param job the job
 * @param seen the status that it must have left behind; empty where it must have ended
 * @param enough what else of the job ends the wait; it must not query the store
 * @param time how long at most
 * @param then the endpoint of the route that answers
 */
public record LongPollLimit(
    UUID job, Optional<JobStatus> seen, Predicate<Job> enough, Duration time, String then) {
  /** The exchange property that a route sets to begin a long poll. */
  public static final String PROPERTY = "hold";

  /** With nothing else that ends the wait. */
  public LongPollLimit(UUID job, Optional<JobStatus> seen, Duration time, String then) {
    this(job, seen, any -> false, time, then);
  }
}
