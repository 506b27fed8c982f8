package io.comfygateway.delivery;

import io.comfygateway.delivery.Outcome.Answered;
import io.comfygateway.delivery.Outcome.NoAnswer;
import io.comfygateway.delivery.Outcome.NotStored;
import io.comfygateway.delivery.Outcome.Refused;
import io.comfygateway.delivery.Verdict.Delivered;
import io.comfygateway.delivery.Verdict.GiveUp;
import io.comfygateway.delivery.Verdict.TryAgain;
import io.comfygateway.retry.RetryAfter;
import io.comfygateway.retry.RetryDelays;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Decides whether and when a delivery is tried again. */
public final class RetrySchedule {
  private final RetryRules rules;
  private final InstantSource clock;
  private final RandomGenerator random;

  public RetrySchedule(RetryRules rules, InstantSource clock) {
    this(rules, clock, RandomGenerator.getDefault());
  }

  RetrySchedule(RetryRules rules, InstantSource clock, RandomGenerator random) {
    this.rules = rules;
    this.clock = clock;
    this.random = random;
  }

  /** When a delivery that is due now is tried for the first time. */
  public Instant firstTry() {
    return after(rules.delays().first());
  }

  /**
   * What to do after a try.
   *
   * @param attemptsMade this one included, so at least 1
   * @param sinceFirstTry from the start of the first try until now
   */
  public Verdict judge(int attemptsMade, Outcome outcome, Duration sinceFirstTry) {
    if (outcome instanceof Answered answer) {
      return judgeAnswer(attemptsMade, answer, sinceFirstTry);
    }
    if (outcome instanceof NoAnswer none) {
      return nextTry(attemptsMade, sinceFirstTry, Duration.ZERO, none.reason());
    }
    if (outcome instanceof NotStored refused) {
      // A missing bucket or right is fixed by people, and the file is still here then.
      String reason =
          ("the S3 server answered " + refused.status() + " " + refused.code()).strip()
              + refused
                  .region()
                  .map(
                      region ->
                          ": the bucket is in the region "
                              + region
                              + "; the gateway's operator sets the region of the destination to it")
                  .orElse("");
      return nextTry(attemptsMade, sinceFirstTry, Duration.ZERO, reason);
    }
    return new GiveUp(((Refused) outcome).reason());
  }

  private Verdict judgeAnswer(int attemptsMade, Answered answer, Duration sinceFirstTry) {
    int status = answer.status();
    if (status >= 200 && status < 300) {
      return new Delivered();
    }
    String reason =
        "the receiver answered " + status + (answer.said().isEmpty() ? "" : ": " + answer.said());
    Duration atLeast =
        answer
            .retryAfter()
            .flatMap(text -> RetryAfter.parse(text, clock.instant(), rules.longestRetryAfter()))
            .orElse(Duration.ZERO);
    if (mayNotBeReadyYet(status, sinceFirstTry)) {
      RetryDelays early = rules.earlyDelays();
      int step = Math.min(attemptsMade, early.size()) - 1;
      return new TryAgain(after(longer(early.get(step), atLeast)), reason);
    }
    if (rules.retried().contains(status)) {
      return nextTry(attemptsMade, sinceFirstTry, atLeast, reason);
    }
    boolean redirect = status >= 300 && status < 400;
    return new GiveUp(redirect ? reason + "; redirects are not followed" : reason);
  }

  private boolean mayNotBeReadyYet(int status, Duration sinceFirstTry) {
    return rules.early().of(status).filter(until -> sinceFirstTry.compareTo(until) < 0).isPresent();
  }

  private Verdict nextTry(
      int attemptsMade, Duration sinceFirstTry, Duration atLeast, String reason) {
    return nextDelay(attemptsMade, sinceFirstTry)
        .<Verdict>map(delay -> new TryAgain(after(longer(delay, atLeast)), reason))
        .orElseGet(() -> new GiveUp(reason + "; given up after " + attemptsMade + " tries"));
  }

  /**
   * The delay at the place in the list that the tries have reached. The many early tries must not
   * use up the list, so that the place is never beyond the one that the time has reached.
   */
  private Optional<Duration> nextDelay(int attemptsMade, Duration sinceFirstTry) {
    RetryDelays delays = rules.delays();
    Duration planned = Duration.ZERO;
    for (int step = 1; step < delays.size(); step++) {
      planned = planned.plus(delays.get(step));
      if (step == attemptsMade || planned.compareTo(sinceFirstTry) > 0) {
        return Optional.of(delays.get(step));
      }
    }
    return Optional.empty();
  }

  private Instant after(Duration delay) {
    long extraMillis = (long) (delay.toMillis() * rules.jitter() * random.nextDouble());
    return clock.instant().plus(delay).plusMillis(extraMillis);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
