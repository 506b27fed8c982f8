package io.comfygateway.delivery;

import io.comfygateway.delivery.Outcome.Answered;
import io.comfygateway.delivery.Outcome.NoAnswer;
import io.comfygateway.delivery.Outcome.NotStored;
import io.comfygateway.delivery.Outcome.Refused;
import io.comfygateway.delivery.Verdict.Delivered;
import io.comfygateway.delivery.Verdict.GiveUp;
import io.comfygateway.delivery.Verdict.TryAgain;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Decides whether and when a delivery is tried again. */
public final class RetrySchedule {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int SERVER_ERROR = 500;
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(24);

  // Until a workflow that asked for the result has reached its wait node, n8n answers 409, and 404
  // while it starts. n8n 2.40.7 fails with 500 in the place of 409. It is a matter of seconds
  // unless
  // n8n is busy; a 500 of another receiver is not pressed for longer than a minute.
  private static final Duration EARLY = Duration.ofMinutes(10);
  private static final Duration EARLY_FAILURE = Duration.ofMinutes(1);
  private static final RetryDelays EARLY_DELAYS = RetryDelays.parse("1s,2s,3s,5s,5s,10s,15s,30s");

  private final RetryDelays delays;
  private final StatusList retried;
  private final double jitter;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param delays before the first try, the second, and so on
   * @param retried the statuses of answers after which a delivery is tried again
   * @param jitter the part of a delay that is added at random, from 0 (none) to 1 (up to twice the
   *     delay), so that what failed together is not tried again together
   */
  public RetrySchedule(RetryDelays delays, StatusList retried, double jitter, InstantSource clock) {
    this(delays, retried, jitter, clock, RandomGenerator.getDefault());
  }

  RetrySchedule(
      RetryDelays delays,
      StatusList retried,
      double jitter,
      InstantSource clock,
      RandomGenerator random) {
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("The jitter of a retry schedule is from 0 to 1");
    }
    this.delays = delays;
    this.retried = retried;
    this.jitter = jitter;
    this.clock = clock;
    this.random = random;
  }

  /** When a delivery that is due now is tried for the first time. */
  public Instant firstTry() {
    return after(delays.first());
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
                              + "; the gateway's operator sets GATEWAY_S3_REGION to it")
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
            .flatMap(text -> RetryAfter.parse(text, clock.instant(), LONGEST_RETRY_AFTER))
            .orElse(Duration.ZERO);
    if (mayNotBeThereYet(status, sinceFirstTry)) {
      int step = Math.min(attemptsMade, EARLY_DELAYS.size()) - 1;
      return new TryAgain(after(longer(EARLY_DELAYS.get(step), atLeast)), reason);
    }
    if (retried.contains(status)) {
      return nextTry(attemptsMade, sinceFirstTry, atLeast, reason);
    }
    boolean redirect = status >= 300 && status < 400;
    return new GiveUp(redirect ? reason + "; redirects are not followed" : reason);
  }

  private static boolean mayNotBeThereYet(int status, Duration sinceFirstTry) {
    return status == SERVER_ERROR
        ? sinceFirstTry.compareTo(EARLY_FAILURE) < 0
        : (status == NOT_FOUND || status == CONFLICT) && sinceFirstTry.compareTo(EARLY) < 0;
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
    long extraMillis = (long) (delay.toMillis() * jitter * random.nextDouble());
    return clock.instant().plus(delay).plusMillis(extraMillis);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
