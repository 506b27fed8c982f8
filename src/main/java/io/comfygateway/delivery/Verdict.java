package io.comfygateway.delivery;

import java.time.Instant;

/** What is done after one try to deliver. */
public sealed interface Verdict {
  /** The receiver has it. */
  record Delivered() implements Verdict {}

  /**
   * It is tried again.
   *
   * @param at not before this moment
   * @param reason why the last try did not do, for the caller
   */
  record TryAgain(Instant at, String reason) implements Verdict {}

  /**
   * It becomes a dead letter.
   *
   * @param reason for the caller
   */
  record GiveUp(String reason) implements Verdict {}
}
