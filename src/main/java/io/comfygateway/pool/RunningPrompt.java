package io.comfygateway.pool;

import io.comfygateway.job.Job;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A prompt that is known to be on a server.
 *
 * @param claimed the job as this gateway claimed it; the job's id is the prompt's
 * @param since when the server accepted it
 * @param started when it was first seen running
 * @param stopping the last request to stop it, where there was one
 * @param reportsRunning whether its caller wants to be notified when it runs
 * @param reported whether it is committed that it runs
 */
public record RunningPrompt(
    Job claimed,
    Instant since,
    Optional<Instant> started,
    Optional<Stop> stopping,
    boolean reportsRunning,
    boolean reported) {

  /**
   * A request to stop a prompt.
   *
   * @param why why the first request was made
   * @param requested when the last request was made
   */
  public record Stop(String why, Instant requested) {}

  /** The job's id. */
  public UUID job() {
    return claimed.id();
  }

  /** The backend's name. */
  public String backend() {
    return claimed.backend();
  }

  /** The job's fencing number. */
  public long fence() {
    return claimed.fence();
  }

  /** Whether it has run for longer than its timeout. */
  public boolean isOverdue(Instant now) {
    return started.isPresent()
        && claimed.timeoutSeconds().isPresent()
        && now.isAfter(started.get().plusSeconds(claimed.timeoutSeconds().get()));
  }

  RunningPrompt with(Job now) {
    return new RunningPrompt(now, since, started, stopping, reportsRunning, reported);
  }

  RunningPrompt startedAt(Instant when) {
    return new RunningPrompt(claimed, since, Optional.of(when), stopping, reportsRunning, reported);
  }

  RunningPrompt stoppingFor(Stop stop) {
    return new RunningPrompt(claimed, since, started, Optional.of(stop), reportsRunning, reported);
  }

  RunningPrompt asReported() {
    return new RunningPrompt(claimed, since, started, stopping, reportsRunning, true);
  }
}
