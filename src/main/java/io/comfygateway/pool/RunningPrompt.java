package io.comfygateway.pool;

import io.comfygateway.job.Job;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A prompt that is known to have arrived at a backend.
 *
 * @param given the job, whose id is the prompt's, as it was given to its backend
 * @param since when it arrived there
 * @param started when it was first seen running
 * @param stopping that it is being stopped, where it is
 * @param tellsRunning whether its caller asked to be told when it runs
 * @param told whether it is committed that it runs, and so told
 */
public record RunningPrompt(
    Job given,
    Instant since,
    Optional<Instant> started,
    Optional<Stop> stopping,
    boolean tellsRunning,
    boolean told) {

  /** Why it is being stopped, and when its backend was told so the last time. */
  public record Stop(String why, Instant tried) {}

  /** The job's id. */
  public UUID job() {
    return given.id();
  }

  /** The backend's name. */
  public String backend() {
    return given.backend();
  }

  /** The job's fencing number. */
  public long fence() {
    return given.fence();
  }

  /** Whether the time that it may run is over. */
  public boolean isOverdue(Instant now) {
    return started.isPresent()
        && given.timeoutSeconds().isPresent()
        && now.isAfter(started.get().plusSeconds(given.timeoutSeconds().get()));
  }

  RunningPrompt givenAs(Job now) {
    return new RunningPrompt(now, since, started, stopping, tellsRunning, told);
  }

  RunningPrompt startedAt(Instant when) {
    return new RunningPrompt(given, since, Optional.of(when), stopping, tellsRunning, told);
  }

  RunningPrompt stoppingFor(Stop stop) {
    return new RunningPrompt(given, since, started, Optional.of(stop), tellsRunning, told);
  }

  RunningPrompt asTold() {
    return new RunningPrompt(given, since, started, stopping, tellsRunning, true);
  }
}
