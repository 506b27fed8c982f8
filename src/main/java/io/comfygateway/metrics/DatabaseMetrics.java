package io.comfygateway.metrics;

import io.comfygateway.database.SqlFile;
import io.comfygateway.job.StateProbe;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Numbers of jobs and deliveries, read from the database every 5 seconds at most, however often
 * Prometheus scrapes. Every query reads an index and only work that has not ended. While the
 * database does not answer, the last numbers stay, and their age grows.
 */
final class DatabaseMetrics {
  private static final Duration HOLD = Duration.ofSeconds(5);

  /** A scrape is answered within a second; this leaves 300 ms for the rest of it. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(700);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/metrics.sql");
  private final StateProbe<Map<String, Double>> probe;

  private record Oldest(long count, double ageSeconds) {}

  DatabaseMetrics(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.probe =
        new StateProbe<>("numbers", () -> read(clock.instant()), HOLD, LONGEST_WAIT, clock);
  }

  /** A number as it was last read; NaN if the database has never answered. */
  double of(String name) {
    return probe.latest().value().map(numbers -> numbers.get(name)).orElse(Double.NaN);
  }

  /** 1 if the database answers, 0 if not. */
  double isUp() {
    return probe.latest().current() ? 1 : 0;
  }

  /** The age of the numbers in seconds; NaN if there are none. */
  double ageSeconds() {
    StateProbe.Reading<?> reading = probe.latest();
    return reading.value().isPresent() ? reading.age().toMillis() / 1_000.0 : Double.NaN;
  }

  private Map<String, Double> read(Instant now) {
    Map<String, Double> numbers = new HashMap<>();
    jdbc.sql(sql.get("writable")).update();
    Oldest queued = jdbc.sql(sql.get("queued")).query((row, n) -> oldest(row, now)).single();
    Oldest due =
        jdbc.sql(sql.get("due"))
            .param("now", now.atOffset(ZoneOffset.UTC))
            .query((row, n) -> oldest(row, now))
            .single();
    numbers.put("queued", (double) queued.count());
    numbers.put("oldest-queued", queued.ageSeconds());
    numbers.put("due", (double) due.count());
    numbers.put("oldest-due", due.ageSeconds());
    numbers.put("dead", jdbc.sql(sql.get("dead")).query(Double.class).single());
    numbers.putAll(Map.of("fetching", 0.0, "ready", 0.0, "running", 0.0, "collecting", 0.0));
    jdbc.sql(sql.get("in-work"))
        .query(
            row -> {
              numbers.merge(state(row), row.getDouble("n"), Double::sum);
            });
    return numbers;
  }

  private static String state(ResultSet row) throws SQLException {
    String stage = row.getString("stage");
    if (!"given".equals(stage)) {
      return stage;
    }
    return "running".equals(row.getString("status")) ? "running" : "ready";
  }

  private static Oldest oldest(ResultSet row, Instant now) throws SQLException {
    OffsetDateTime oldest = row.getObject("oldest", OffsetDateTime.class);
    double age =
        oldest == null ? 0 : Math.max(0, Duration.between(oldest.toInstant(), now).toMillis());
    return new Oldest(row.getLong("n"), age / 1_000.0);
  }
}
