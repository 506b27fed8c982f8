package io.comfygateway.job;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Many jobs of one request, as they are stored.
 *
 * @param id the batch's id
 * @param owner the name of the key that made it, and with it its jobs
 * @param ended how many of its jobs have ended, and how
 * @param created when it was accepted
 * @param finished when its last job ended
 * @param document what its caller said of it
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

  /** How it ended as a whole: as its worst job; only of one that has. */
  public JobStatus result() {
    if (ended.failed() > 0) {
      return JobStatus.FAILED;
    }
    return ended.cancelled() > 0 ? JobStatus.CANCELLED : JobStatus.SUCCEEDED;
  }
}
