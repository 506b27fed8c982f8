package io.comfygateway.job;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A batch as it is stored: many jobs of one request.
 *
 * @param id the batch's id
 * @param owner the name of the key that created it and its jobs
 * @param ended how many of its jobs have ended, and how
 * @param created when it was accepted
 * @param finished when its last job ended
 * @param document what its caller sent with it
 */
public record Batch(
    UUID id,
    String owner,
    Ended ended,
    Instant created,
    Optional<Instant> finished,
    BatchDocument document) {

  /**
   * How many jobs have ended, and how.
   *
   * @param jobs how many there are in all
   */
  public record Ended(int jobs, int succeeded, int failed, int cancelled) {
    public int all() {
      return succeeded + failed + cancelled;
    }
  }

  /** The status of its worst job. Call it only on a batch that has ended. */
  public JobStatus result() {
    if (ended.failed() > 0) {
      return JobStatus.FAILED;
    }
    return ended.cancelled() > 0 ? JobStatus.CANCELLED : JobStatus.SUCCEEDED;
  }
}
