package io.comfygateway.delivery;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One event of a job or of a batch for one receiver, or the copies of a job's outputs at one
 * destination.
 *
 * @param id the {@code webhook-id}: the same on every try
 * @param job the job; of the kind {@code batch} the batch
 * @param owner the caller whose it is; empty where a version before this one made it
 * @param kind {@code callback}, {@code batch}, {@code copy}, {@code event}, or {@code s3} for the
 *     copies of the short form {@code s3} of a request
 * @param event {@code succeeded}, {@code failed}, …
 * @param status {@code waiting} (for another delivery), {@code due}, {@code delivered} or {@code
 *     dead}
 * @param target what the limit of tries at the same time is per: host and port of the receiver, or
 *     the destination
 * @param destination where a copy or an event goes; empty for a callback
 * @param tries how often it was tried, and when first
 * @param fence the number that a late writer fails on
 * @param last what the last try gave
 */
public record Delivery(
    UUID id,
    UUID job,
    String owner,
    String kind,
    String event,
    String status,
    String target,
    Optional<String> destination,
    Tries tries,
    long fence,
    Last last) {

  /** The kind of copies at the destination {@code default} that the short form asks for. */
  static final String SHORT_FORM = "s3";

  /** How often it was tried, and when first. */
  public record Tries(int attempts, Optional<Instant> first) {}

  /** The HTTP status, or else the error, of the last try. */
  public record Last(Optional<Integer> status, Optional<String> error) {}

  /** Whether it copies outputs. */
  public boolean isCopy() {
    return SHORT_FORM.equals(kind) || "copy".equals(kind);
  }

  /** Whether it is the callback of a batch and not of a job. */
  public boolean isOfBatch() {
    return "batch".equals(kind);
  }
}
