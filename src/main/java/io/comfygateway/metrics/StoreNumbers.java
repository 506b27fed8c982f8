package io.comfygateway.metrics;

import io.comfygateway.job.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the database says of jobs and deliveries. It is asked every few seconds at the most, however
 * often is scraped, and every question reads an index and only what is in work.
 */
final class StoreNumbers {
  private static final Logger LOG = LoggerFactory.getLogger(StoreNumbers.class);
  private static final Duration HOLD = Duration.ofSeconds(5);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/metrics.sql");
  private final InstantSource clock;
  private volatile Numbers last = new Numbers(Instant.MIN, Map.of());

  private record Numbers(Instant at, Map<String, Double> byName) {}

  private record Oldest(long count, double ageSeconds) {}

  StoreNumbers(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** A number; not a number while the database does not answer. */
  double of(String name) {
    return current().byName().getOrDefault(name, Double.NaN);
  }

  private synchronized Numbers current() {
    Instant now = clock.instant();
    if (!last.at().plus(HOLD).isAfter(now)) {
      last = new Numbers(now, read(now));
    }
    return last;
  }

  private Map<String, Double> read(Instant now) {
    Map<String, Double> numbers = new HashMap<>();
    try {
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
      numbers.put("database", 1.0);
    } catch (DataAccessException e) {
      return unreadable(e);
    }
    return numbers;
  }

  private static Map<String, Double> unreadable(RuntimeException why) {
    LOG.warn("metrics of the database cannot be read reason={}", why.toString());
    return Map.of("database", 0.0);
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
