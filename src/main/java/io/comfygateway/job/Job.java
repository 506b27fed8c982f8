package io.comfygateway.job;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as it is stored. Its id is the {@code prompt_id} that ComfyUI gets.
 *
 * @param id the job's id
 * @param sequence the order in which jobs were accepted
 * @param owner the name of the key that made it
 * @param workflow {@code name@version}; empty for a graph of the caller's own
 * @param status what callers see
 * @param stage where the work stands
 * @param priority −100 to 100, higher first
 * @param place which backend has it
 * @param times when what happened
 * @param timeoutSeconds how long the prompt may run
 * @param cancelRequested whether the caller asked to cancel it
 * @param facts what it tells its caller
 * @param result ComfyUI's {@code outputs} as JSON, while they are being collected
 */
public record Job(
    UUID id,
    long sequence,
    String owner,
    Optional<String> workflow,
    JobStatus status,
    Stage stage,
    int priority,
    Place place,
    Times times,
    Optional<Integer> timeoutSeconds,
    boolean cancelRequested,
    JobFacts facts,
    Optional<String> result) {

  /**
   * Where a job is worked on.
   *
   * @param backend the backend's name
   * @param attempts how often it was given to one
   * @param fence the number that a late writer fails on: it grows with every change of hands
   */
  public record Place(Optional<String> backend, int attempts, long fence) {}

  /** When what happened; {@code expires} is when it stops waiting in the queue. */
  public record Times(
      Instant created,
      Optional<Instant> started,
      Optional<Instant> finished,
      Optional<Instant> expires) {}

  public long fence() {
    return place.fence();
  }

  /** The backend's name; only of a job that was given to one. */
  public String backend() {
    return place
        .backend()
        .orElseThrow(() -> new IllegalStateException("job " + id + " was given to no backend"));
  }
}
