package io.comfygateway.metrics;

import io.comfygateway.job.Job;
import io.comfygateway.job.SqlFile;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long jobs took, and servers stood idle, as histograms. */
final class JobTimes {
  private static final Duration[] BUCKETS =
      Stream.of(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);
  private static final Duration[] LONG_BUCKETS =
      Stream.concat(
              Arrays.stream(BUCKETS),
              Stream.of(120, 300, 600, 1_800, 3_600, 14_400).map(Duration::ofSeconds))
          .toArray(Duration[]::new);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/metrics.sql");
  private final MeterRegistry registry;
  private final Map<String, Instant> lastRan = new ConcurrentHashMap<>();

  private record Times(
      Instant created,
      Optional<Instant> given,
      Optional<Instant> started,
      Optional<Instant> ran,
      Instant finished) {}

  JobTimes(JdbcClient jdbc, MeterRegistry registry) {
    this.jdbc = jdbc;
    this.registry = registry;
  }

  /** A job has ended. */
  void ended(Job job) {
    timer("gateway.job", "From accepted to ended", "status", job.status().word())
        .record(
            Duration.between(
                job.times().created(), job.times().finished().orElse(job.times().created())));
    jdbc.sql(sql.get("stage-times"))
        .param("id", job.id())
        .query(JobTimes::read)
        .optional()
        .ifPresent(this::stages);
  }

  private void stages(Times times) {
    if (times.given().isEmpty()) {
      return;
    }
    stage("queued", times.created(), times.given().get());
    times
        .started()
        .ifPresent(
            started -> {
              Instant ran = times.ran().orElse(times.finished());
              stage("ready", times.given().get(), started);
              stage("running", started, ran);
              times.ran().ifPresent(at -> stage("collecting", at, times.finished()));
            });
  }

  private void stage(String name, Instant from, Instant to) {
    timer("gateway.job.stage", "How long jobs were in each stage", "stage", name)
        .record(positive(from, to));
  }

  /**
   * A prompt has ended on a backend: if it was there or waited when the one before it ended, the
   * time between the two was lost.
   *
   * @param since when it arrived at the backend
   */
  void ran(String backend, Instant since, Optional<Instant> started, Instant ended) {
    Instant before = lastRan.put(backend, ended);
    if (before != null && started.isPresent() && since.isBefore(before)) {
      timer(
              "gateway.backend.idle.gap",
              "Between the end of a prompt and the start of the next one that was there already",
              "backend",
              backend)
          .record(positive(before, started.get()));
    }
  }

  private Timer timer(String name, String description, String label, String value) {
    boolean isGap = label.equals("backend");
    return Timer.builder(name)
        .description(description)
        .tag(label, value)
        .serviceLevelObjectives(isGap ? BUCKETS : LONG_BUCKETS)
        .register(registry);
  }

  private static Duration positive(Instant from, Instant to) {
    return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
  }

  private static Times read(ResultSet row, int number) throws SQLException {
    return new Times(
        at(row, "created_at").orElseThrow(),
        at(row, "given_at"),
        at(row, "started_at"),
        at(row, "ran_at"),
        at(row, "finished_at").orElseThrow());
  }

  private static Optional<Instant> at(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
