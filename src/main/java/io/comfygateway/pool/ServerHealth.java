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
 * Whether a backend is fit for work, as two circuit breakers see it: one knows whether it answers,
 * the other whether the prompts that it runs succeed. What is open is tried again after a wait that
 * doubles.
 */
final class ServerHealth {
  private static final float ALL = 100;
  private static final double DOUBLE = 2;
  private static final int PART = 10;

  private final CircuitBreaker answers;
  private final CircuitBreaker prompts;
  private volatile boolean asked;
  private volatile boolean answered;
  private volatile boolean silent;
  private volatile String reason = "not asked yet";
  private volatile String failure = "";
  private volatile Optional<Instant> downSince = Optional.empty();
  private final InstantSource clock;

  ServerHealth(String name, ProbePolicy patience, InstantSource clock) {
    this.clock = clock;
    Clock time = clock.withZone(ZoneOffset.UTC);
    this.answers =
        breaker(
            name,
            patience.failedProbes(),
            bitLess(patience.probe()),
            bitLess(patience.longestProbe()),
            time);
    this.prompts =
        breaker(name, patience.failedPrompts(), patience.rest(), patience.longestRest(), time);
  }

  // The clock's next round would come a little too early for a wait that began with a probe's end.
  private static Duration bitLess(Duration interval) {
    return interval.minus(interval.dividedBy(PART));
  }

  private static CircuitBreaker breaker(
      String name, int failures, Duration wait, Duration longest, Clock clock) {
    return CircuitBreaker.of(
        name,
        CircuitBreakerConfig.custom()
            .clock(clock)
            .slidingWindow(failures, failures, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
            .failureRateThreshold(ALL)
            .permittedNumberOfCallsInHalfOpenState(1)
            .waitIntervalFunctionInOpenState(
                IntervalFunction.ofExponentialBackoff(
                    wait, DOUBLE, longest.compareTo(wait) > 0 ? longest : wait.plusMillis(1)))
            .build());
  }

  /** Whether it is to be asked now. */
  boolean isProbeDue() {
    return mayTry(answers);
  }

  // Whether one may try is asked apart from how the try ends, so that one that never ends blocks
  // nothing.
  private static boolean mayTry(CircuitBreaker breaker) {
    boolean may = breaker.tryAcquirePermission();
    if (may) {
      breaker.releasePermission();
    }
    return may;
  }

  /** Whether it was asked at all. */
  boolean isKnown() {
    return asked;
  }

  /** Whether it answers. */
  boolean isUp() {
    return answered && answers.getState() == CircuitBreaker.State.CLOSED;
  }

  /** Since when it does not answer; empty where it does, or was not asked yet. */
  Optional<Instant> downSince() {
    return downSince;
  }

  /** Whether it did not answer the last time, be it taken out for that or not yet. */
  boolean isSilent() {
    return silent;
  }

  /** Whether it fails the prompts that it is given. */
  boolean isResting() {
    return !mayTry(prompts);
  }

  /** Whether it rested, and is tried with one prompt. */
  boolean isOnTrial() {
    return mayTry(prompts) && prompts.getState() == CircuitBreaker.State.HALF_OPEN;
  }

  /** Why it is given no work; empty where it is. */
  String reason() {
    return isUp() ? failure : reason;
  }

  /** It answered as it should; true where it did not before. */
  boolean answered() {
    boolean news = !isUp();
    answers.onSuccess(0, TimeUnit.NANOSECONDS);
    asked = true;
    answered = true;
    silent = false;
    downSince = isUp() ? Optional.empty() : downSince;
    reason = "";
    return news && isUp();
  }

  /**
   * It did not answer, or not as it should; true where that takes it out.
   *
   * @param surely whether nothing listens there, so that there is no need to ask again
   */
  boolean silent(String why, boolean surely) {
    boolean was = isUp() || !asked;
    answers.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(why));
    if (surely && answers.getState() == CircuitBreaker.State.CLOSED) {
      answers.transitionToOpenState();
    }
    asked = true;
    silent = true;
    if (!isUp()) {
      reason = why;
      downSince = downSince.or(() -> Optional.of(clock.instant()));
    }
    return was && !isUp();
  }

  /** A prompt of it succeeded; true where it had been taken out. */
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

  /** A prompt of it failed for a reason that may lie in it; true where that takes it out. */
  boolean failed(String why) {
    boolean was = isResting();
    prompts.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException(why));
    boolean out = prompts.getState() == CircuitBreaker.State.OPEN;
    failure = out ? "its prompts fail, the last one with: " + why : failure;
    return out && !was;
  }
}
