package io.comfygateway.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.job.SteadyClock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Slows those who try out credentials: an address may send so many wrong ones a minute. Beyond that
 * nothing that it sends is judged, neither wrong nor right, but for callers who came from it before
 * and were let in; so one who guesses learns nothing, and his neighbours behind the same address
 * are not shut out. Of IPv6, the 64 bits that one subscriber has are one address. What is
 * remembered is bounded.
 */
final class FailedAttempts {
  private static final int MOST = 10_000;
  private static final Duration REMEMBERED = Duration.ofHours(12);
  private static final int V6_PREFIX_BYTES = 8;

  private final InMemoryRateLimits failures;
  private final Cache<String, Boolean> knownHere;
  private final long perMinute;

  /**
   * Begins with nobody known.
   *
   * @param perMinute wrong credentials from one address
   */
  FailedAttempts(long perMinute, InstantSource clock) {
    InstantSource steady = new SteadyClock(clock);
    this.perMinute = perMinute;
    this.failures = new InMemoryRateLimits(steady);
    this.knownHere =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(REMEMBERED)
            .ticker(() -> steady.millis() * 1_000_000L)
            .build();
  }

  /** Notes a wrong one; says how long the address must wait where it has used up its allowance. */
  Optional<Duration> failed(InetAddress address) {
    return failures.take(place(address), perMinute);
  }

  /** Notes a right one; says how long it must wait where the address is slowed and it is new. */
  Optional<Duration> succeeded(InetAddress address, String caller) {
    String here = place(address) + " " + caller;
    if (knownHere.getIfPresent(here) != null) {
      return Optional.empty();
    }
    Optional<Duration> wait = failures.look(place(address), perMinute);
    if (wait.isEmpty()) {
      knownHere.put(here, true);
    }
    return wait;
  }

  private static String place(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, V6_PREFIX_BYTES) : bytes);
  }
}
