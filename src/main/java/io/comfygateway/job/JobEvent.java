package io.comfygateway.job;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of the event log: one committed change of a job.
 *
 * @param sequence its number; the rows of one job commit in the order of their numbers, those of
 *     different jobs may not
 * @param kind what changed
 * @param word the status that the job or the delivery has since
 * @param hasBegun whether the job ran before this change although no earlier row says so
 * @param attempt how often the delivery had been tried; 0 where it is no delivery
 */
public record JobEvent(
    long sequence,
    UUID job,
    Kind kind,
    String word,
    boolean hasBegun,
    Optional<UUID> delivery,
    int attempt,
    Instant at) {

  /** What can change. */
  public enum Kind {
    /** The job's status, except its end. */
    STATUS,
    /** One of its deliveries was tried. */
    DELIVERY,
    /** The job ended, and its outputs are stored. */
    FINISHED
  }
}
