package io.comfygateway.access;

import java.time.Instant;

/**
 * What was replaced, and still counts for a while.
 *
 * @param former what was replaced
 * @param until from when on it counts no more
 */
public record Overlap<T>(T former, Instant until) {
  boolean isOver(Instant now) {
    return !now.isBefore(until);
  }
}
