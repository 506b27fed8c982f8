package io.comfygateway.backend;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A prompt that is known to have arrived at a backend.
 *
 * @param job the job, whose id is the prompt's
 * @param backend the backend
 * @param fence the job's fencing number
 * @param timeoutSeconds how long it may run
 * @param since when it arrived there
 * @param started when it was first seen running
 * @param stopping that it is being stopped, where it is
 * @param tellsRunning whether its caller asked to be told when it runs
 * @param told whether it is committed that it runs, and so told
 */
public record Flight(
    UUID job,
    String backend,
    long fence,
    Optional<Integer> timeoutSeconds,
    Instant since,
    Optional<Instant> started,
    Optional<Stop> stopping,
    boolean tellsRunning,
    boolean told) {

  /** Why it is being stopped, and when its backend was told so the last time. */
  public record Stop(String why, Instant tried) {}

  /** Whether the time that it may run is over. */
  public boolean isOverdue(Instant now) {
    return started.isPresent()
        && timeoutSeconds.isPresent()
        && now.isAfter(started.get().plusSeconds(timeoutSeconds.get()));
  }

  Flight startedAt(Instant when) {
    return new Flight(
        job,
        backend,
        fence,
        timeoutSeconds,
        since,
        Optional.of(when),
        stopping,
        tellsRunning,
        told);
  }

  Flight stoppingFor(Stop stop) {
    return new Flight(
        job, backend, fence, timeoutSeconds, since, started, Optional.of(stop), tellsRunning, told);
  }

  Flight asTold() {
    return new Flight(
        job, backend, fence, timeoutSeconds, since, started, stopping, tellsRunning, true);
  }
}
