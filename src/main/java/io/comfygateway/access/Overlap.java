package io.comfygateway.access;

import java.time.Instant;

/**
 * A former secret that stays valid for a while after its rotation.
 *
 * @param until when it expires
 */
public record Overlap<T>(T former, Instant until) {
  boolean isOver(Instant now) {
    return !now.isBefore(until);
  }
}
