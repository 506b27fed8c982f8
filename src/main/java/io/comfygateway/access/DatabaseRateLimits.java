package io.comfygateway.access;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.database.SqlFile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Rate limits shared by all gateways on one PostgreSQL, by the generic cell rate algorithm (ITU-T
 * I.371): one row per name, and one statement per permit. After a refusal the database is not asked
 * again until a permit can be available, so a flood of requests does not load it.
 */
public final class DatabaseRateLimits implements RateLimits {
  private static final double MINUTE = 60.0;

  private final JdbcClient jdbc;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/rates.sql");
  // Bounded by the number of keys with a rate limit.
  private final Map<String, Instant> refusedUntil = new ConcurrentHashMap<>();

  public DatabaseRateLimits(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = new SteadyClock(clock);
  }

  @Override
  public Optional<Duration> take(String name, long perMinute, long several) {
    Instant now = clock.instant();
    Instant until = refusedUntil.getOrDefault(name, now);
    if (until.isAfter(now)) {
      return Optional.of(Duration.between(now, until));
    }
    double each = several * MINUTE / perMinute;
    int taken = jdbc.sql(sql.get("take")).param("name", name).param("each", each).update();
    if (taken == 1) {
      refusedUntil.remove(name);
      return Optional.empty();
    }
    long millis =
        jdbc.sql(sql.get("wait-ms"))
            .param("name", name)
            .param("each", each)
            .query(Long.class)
            .single();
    Duration wait = Duration.ofMillis(Math.max(1, millis));
    if (several == 1) {
      refusedUntil.put(name, now.plus(wait));
    }
    return Optional.of(wait);
  }
}
