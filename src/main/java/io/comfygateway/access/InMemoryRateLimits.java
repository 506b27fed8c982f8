package io.comfygateway.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.clock.SteadyClock;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Rate limits of this gateway alone: one token bucket per name. A bucket that is unused for 5
 * minutes is full again and is removed; there are at most 10,000.
 */
public final class InMemoryRateLimits implements RateLimits {
  private static final int MOST = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Cache<String, Bucket> buckets;
  private final InstantSource clock;

  public InMemoryRateLimits(InstantSource clock) {
    this.clock = new SteadyClock(clock);
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(KEPT)
            .ticker(() -> nanos(this.clock))
            .build();
  }

  @Override
  public Optional<Duration> take(String name, long perMinute, long several) {
    ConsumptionProbe probe = bucket(name, perMinute).tryConsumeAndReturnRemaining(several);
    return probe.isConsumed()
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
  }

  /** How long until a permit is available; empty if one is. Takes none. */
  Optional<Duration> peek(String name, long perMinute) {
    long wait = bucket(name, perMinute).estimateAbilityToConsume(1).getNanosToWaitForRefill();
    return wait == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(wait));
  }

  // A changed limit is another bucket.
  private Bucket bucket(String name, long perMinute) {
    return buckets.get(
        name + " " + perMinute,
        key ->
            Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, MINUTE))
                .withCustomTimePrecision(new Meter(clock))
                .build());
  }

  private static long nanos(InstantSource clock) {
    return Math.multiplyExact(clock.millis(), 1_000_000L);
  }

  private record Meter(InstantSource clock) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return nanos(clock);
    }

    @Override
    public boolean isWallClockBased() {
      return true;
    }
  }
}
