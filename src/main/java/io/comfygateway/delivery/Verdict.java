package io.comfygateway.delivery;

import java.time.Instant;
import java.util.Optional;

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

  /** Why the try did not succeed, for the caller; empty if it did. */
  default Optional<String> why() {
    if (this instanceof TryAgain again) {
      return Optional.of(again.reason());
    }
    return this instanceof GiveUp given ? Optional.of(given.reason()) : Optional.empty();
  }
}
