package io.comfygateway.job;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as it is stored. Its id is the {@code prompt_id} that ComfyUI gets.
 *
 * @param id the job's id
 * @param sequence the order in which jobs were accepted
 * @param owner the name of the key that created it
 * @param workflow {@code name@version}; empty for a graph of the caller's own
 * @param status what callers see
 * @param stage how far the work has come
 * @param priority −100 to 100, higher first
 * @param place which backend has it
 * @param times when what happened
 * @param timeoutSeconds how long the prompt may run
 * @param cancelRequested whether the caller asked to cancel it
 * @param facts what its caller sees beyond the status
 * @param requirementsHash the hash of what it requires of a backend; empty where it requires
 *     nothing
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
    Optional<String> requirementsHash,
    Optional<String> result) {

  /**
   * Where a job runs.
   *
   * @param backend the backend's name
   * @param attempts how often its prompt was sent
   * @param fence the fencing number: it grows with every new holder, and a late writer changes
   *     nothing
   */
  public record Place(Optional<String> backend, int attempts, long fence) {}

  /**
   * When what happened.
   *
   * @param submitted when a backend was chosen for it
   * @param started when its prompt began to run there
   * @param ran when its prompt ended there
   * @param expires when it expires if no backend has it by then
   */
  public record Times(
      Instant created,
      Optional<Instant> submitted,
      Optional<Instant> started,
      Optional<Instant> ran,
      Optional<Instant> finished,
      Optional<Instant> expires) {

    /** Of a waiting job. */
    public static Times waiting(Instant created, Optional<Instant> expires) {
      return new Times(
          created, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), expires);
    }

    Times submitted(Instant when) {
      return new Times(created, Optional.of(when), started, ran, finished, expires);
    }

    Times ran(Instant since, Instant until) {
      return new Times(
          created, submitted, Optional.of(since), Optional.of(until), finished, expires);
    }

    Times finished(Instant when) {
      return new Times(created, submitted, started, ran, Optional.of(when), expires);
    }
  }

  /** The job as it is once a backend was chosen for it. */
  Job submitted(String backend, Instant when) {
    Place there = new Place(Optional.of(backend), place.attempts() + 1, place.fence() + 1);
    return changed(status, Stage.SUBMITTED, there, times.submitted(when), facts, result);
  }

  /** The job after its prompt was sent once more. */
  Job attempted() {
    Place there = new Place(place.backend(), place.attempts() + 1, place.fence());
    return changed(status, stage, there, times, facts, result);
  }

  /** The job as it is while a gateway fetches its files. */
  Job fetching() {
    Place next = new Place(place.backend(), place.attempts(), place.fence() + 1);
    return changed(status, stage, next, times, facts, result);
  }

  /** The job once its prompt has succeeded. */
  Job collecting(Instant started, Instant ended, String outputs) {
    return changed(
        JobStatus.RUNNING,
        Stage.COLLECTING,
        place,
        times.ran(started, ended),
        facts,
        Optional.of(outputs));
  }

  /** The job with other facts. */
  public Job withFacts(JobFacts other) {
    return changed(status, stage, place, times, other, result);
  }

  /** The job once it has ended. */
  public Job finished(JobStatus how, JobFacts toFacts, Instant when) {
    Place last = new Place(place.backend(), place.attempts(), place.fence() + 1);
    return changed(how, Stage.DONE, last, times.finished(when), toFacts, Optional.empty());
  }

  // The other fields stay as they were accepted.
  private Job changed(
      JobStatus toStatus,
      Stage toStage,
      Place toPlace,
      Times toTimes,
      JobFacts toFacts,
      Optional<String> outputs) {
    return new Job(
        id,
        sequence,
        owner,
        workflow,
        toStatus,
        toStage,
        priority,
        toPlace,
        toTimes,
        timeoutSeconds,
        cancelRequested,
        toFacts,
        requirementsHash,
        outputs);
  }

  public long fence() {
    return place.fence();
  }

  /** The backend's name. Call it only on a job that was submitted to one. */
  public String backend() {
    return place
        .backend()
        .orElseThrow(() -> new IllegalStateException("job " + id + " has no backend"));
  }
}
