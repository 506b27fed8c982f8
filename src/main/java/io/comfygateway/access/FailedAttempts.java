package io.comfygateway.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.clock.SteadyClock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Limits guessing of credentials: an address may send a number of wrong ones per minute. Beyond
 * that, all its credentials are refused unchecked, except those of callers that were admitted from
 * this address before. So an attacker learns nothing, and callers behind the same address are not
 * locked out. An IPv6 address counts by its /64 prefix, which one subscriber has. The number of
 * remembered addresses is bounded.
 */
final class FailedAttempts {
  private static final int MOST = 10_000;
  private static final Duration REMEMBERED = Duration.ofHours(12);
  private static final int V6_PREFIX_BYTES = 8;

  private final InMemoryRateLimits failures;
  private final Cache<String, Boolean> known;
  private final long perMinute;

  /**
   * Creates the limit.
   *
   * @param perMinute how many wrong credentials one address may send per minute
   */
  FailedAttempts(long perMinute, InstantSource clock) {
    InstantSource steady = new SteadyClock(clock);
    this.perMinute = perMinute;
    this.failures = new InMemoryRateLimits(steady);
    this.known =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(REMEMBERED)
            .ticker(() -> steady.millis() * 1_000_000L)
            .build();
  }

  /** Counts wrong credentials; returns how long the address must wait if it is over the limit. */
  Optional<Duration> failed(InetAddress address) {
    return failures.take(source(address), perMinute);
  }

  /** Records a valid caller; returns how long it must wait if the address is over the limit. */
  Optional<Duration> succeeded(InetAddress address, String caller) {
    String here = source(address) + " " + caller;
    if (known.getIfPresent(here) != null) {
      return Optional.empty();
    }
    Optional<Duration> wait = failures.peek(source(address), perMinute);
    if (wait.isEmpty()) {
      known.put(here, true);
    }
    return wait;
  }

  private static String source(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, V6_PREFIX_BYTES) : bytes);
  }
}
