package io.comfygateway.delivery;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One event of a job that is told in one way.
 *
 * @param id the {@code webhook-id}: the same on every try
 * @param job the job
 * @param kind {@code callback} or {@code s3}
 * @param event {@code succeeded}, {@code failed}, …
 * @param status {@code waiting} (for another delivery), {@code due}, {@code delivered} or {@code
 *     dead}
 * @param target host and port of the receiver, or the bucket
 * @param tries how often it was tried, and when first
 * @param fence the number that a late writer fails on
 * @param last what the last try gave
 */
public record Delivery(
    UUID id,
    UUID job,
    String kind,
    String event,
    String status,
    String target,
    Tries tries,
    long fence,
    Last last) {

  /** How often it was tried, and when first. */
  public record Tries(int attempts, Optional<Instant> first) {}

  /** The HTTP status, or else the error, of the last try. */
  public record Last(Optional<Integer> status, Optional<String> error) {}
}
