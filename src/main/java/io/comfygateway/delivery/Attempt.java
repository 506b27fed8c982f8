package io.comfygateway.delivery;

import java.time.Instant;
import java.util.Optional;

/**
 * One try of a delivery.
 *
 * @param number how often it had been tried then, from 1; begins anew when it is sent again
 * @param at when it ended
 * @param tookMs how long it took, in milliseconds
 * @param result the delivery's status since then: {@code delivered}, {@code due} or {@code dead}
 * @param status the HTTP status; empty where there was no answer
 * @param error why it was not delivered
 * @param answer the beginning of the receiver's answer, as one line; may be empty
 * @param next when the next try is due
 */
public record Attempt(
    int number,
    Instant at,
    long tookMs,
    String result,
    Optional<Integer> status,
    Optional<String> error,
    String answer,
    Optional<Instant> next) {

  /**
   * What the gateway saw of a try.
   *
   * @param tookMs how long it took, in milliseconds
   * @param answer the beginning of the receiver's answer, as one line; may be empty
   */
  public record Seen(long tookMs, String answer) {}
}
