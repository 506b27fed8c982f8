package io.comfygateway.pool;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Whether a backend is fit for work, by two circuit breakers: one counts unanswered requests, the
 * other failed prompts. An open one lets a trial pass after a pause that doubles.
 */
final class ServerHealth {
  private static final float ALL_PERCENT = 100;
  private static final double DOUBLE = 2;
  private static final int PART = 10;

  private final CircuitBreaker answers;
  private final CircuitBreaker prompts;
  private volatile boolean probed;
  private volatile boolean answered;
  private volatile boolean silent;
  private volatile String reason = "not probed yet";
  private volatile String failure = "";
  private volatile Optional<Instant> downSince = Optional.empty();
  private volatile Optional<Instant> lastAnswer = Optional.empty();
  private final InstantSource clock;

  ServerHealth(String name, ProbePolicy policy, InstantSource clock) {
    this.clock = clock;
    Clock time = clock.withZone(ZoneOffset.UTC);
    this.answers =
        breaker(
            name,
            policy.failedProbes(),
            slightlyLess(policy.probe()),
            slightlyLess(policy.longestProbe()),
            time);
    this.prompts = breaker(name, policy.failedPrompts(), policy.rest(), policy.longestRest(), time);
  }

  // Otherwise the scheduler's next round comes a little too early for a pause that began when a
  // probe
  // ended.
  private static Duration slightlyLess(Duration interval) {
    return interval.minus(interval.dividedBy(PART));
  }

  private static CircuitBreaker breaker(
      String name, int failures, Duration wait, Duration longest, Clock clock) {
    return CircuitBreaker.of(
        name,
        CircuitBreakerConfig.custom()
            .clock(clock)
            .slidingWindow(failures, failures, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
            .failureRateThreshold(ALL_PERCENT)
            .permittedNumberOfCallsInHalfOpenState(1)
            .waitIntervalFunctionInOpenState(
                IntervalFunction.ofExponentialBackoff(
                    wait, DOUBLE, longest.compareTo(wait) > 0 ? longest : wait.plusMillis(1)))
            .build());
  }

  /** Whether a probe is due. */
  boolean isProbeDue() {
    return mayTry(answers);
  }

  // The permission is returned at once, so that a trial whose result is never recorded blocks
  // nothing.
  private static boolean mayTry(CircuitBreaker breaker) {
    boolean may = breaker.tryAcquirePermission();
    if (may) {
      breaker.releasePermission();
    }
    return may;
  }

  /** Whether it was probed at all. */
  boolean isKnown() {
    return probed;
  }

  /** Whether it answers. */
  boolean isUp() {
    return answered && answers.getState() == CircuitBreaker.State.CLOSED;
  }

  /** Since when it does not answer; empty where it does, or was not probed yet. */
  Optional<Instant> downSince() {
    return downSince;
  }

  /** When it last answered a probe; empty where it never did. */
  Optional<Instant> lastAnswer() {
    return lastAnswer;
  }

  /** Whether the last request was not answered, be it down for that or not yet. */
  boolean isSilent() {
    return silent;
  }

  /** Whether it gets no prompts because its last ones failed. */
  boolean isResting() {
    return !mayTry(prompts);
  }

  /** Whether it has rested, and gets a single prompt as a trial. */
  boolean isOnTrial() {
    return mayTry(prompts) && prompts.getState() == CircuitBreaker.State.HALF_OPEN;
  }

  /** Why it gets no work; empty where it gets some. */
  String reason() {
    return isUp() ? failure : reason;
  }

  /** Records that it answered as expected; true where it was down before. */
  boolean answered() {
    boolean wasDown = !isUp();
    answers.onSuccess(0, TimeUnit.NANOSECONDS);
    probed = true;
    answered = true;
    lastAnswer = Optional.of(clock.instant());
    silent = false;
    downSince = isUp() ? Optional.empty() : downSince;
    reason = "";
    return wasDown && isUp();
  }

  /**
   * Records that it did not answer, or not as a ComfyUI; true where it is down from now on.
   *
   * @param isSure whether one failure is enough, as where nothing listens there
   */
  boolean silent(String why, boolean isSure) {
    boolean was = isUp() || !probed;
    answers.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(why));
    if (isSure && answers.getState() == CircuitBreaker.State.CLOSED) {
      answers.transitionToOpenState();
    }
    probed = true;
    silent = true;
    if (!isUp()) {
      reason = why;
      downSince = downSince.or(() -> Optional.of(clock.instant()));
    }
    return was && !isUp();
  }

  /** Records that a prompt succeeded; true where it rested, or was on trial. */
  boolean succeeded() {
    boolean was = prompts.getState() != CircuitBreaker.State.CLOSED;
    if (was) {
      prompts.transitionToClosedState();
    } else {
      prompts.onSuccess(0, TimeUnit.NANOSECONDS);
    }
    failure = "";
    return was;
  }

  /**
   * Records that a prompt failed for a reason that may lie in it; true where it rests from now on.
   */
  boolean failed(String why) {
    boolean was = isResting();
    prompts.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(why));
    boolean out = prompts.getState() == CircuitBreaker.State.OPEN;
    failure = out ? "its prompts fail; the last error is: " + why : failure;
    return out && !was;
  }
}
