package io.comfygateway.metrics;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** How long jobs take and servers are idle, as histograms. */
final class JobTimers {
  private static final Duration[] BUCKETS =
      Stream.of(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);
  private static final Duration[] LONG_BUCKETS =
      Stream.concat(
              Arrays.stream(BUCKETS),
              Stream.of(120, 300, 600, 1_800, 3_600, 14_400).map(Duration::ofSeconds))
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final Counter reruns;
  private final Map<String, Instant> lastRan = new ConcurrentHashMap<>();

  JobTimers(MeterRegistry registry) {
    this.registry = registry;
    // Each series exists from the start: Prometheus misses the first increase of a new one.
    Stream.of(JobStatus.values()).filter(JobStatus::isFinished).forEach(this::whole);
    Stream.of("queued", "ready", "running", "collecting").forEach(this::ofStage);
    this.reruns =
        Counter.builder("gateway.job.reruns")
            .description("Further attempts of jobs that have ended, after the first one")
            .register(registry);
  }

  private Timer whole(JobStatus status) {
    return timer("gateway.job", "Time from acceptance to end", "status", status.word());
  }

  private Timer ofStage(String name) {
    return timer("gateway.job.stage", "Time that jobs spend in each stage", "stage", name);
  }

  /** A job has ended. */
  void ended(Job job) {
    Job.Times times = job.times();
    Instant finished = times.finished().orElse(times.created());
    whole(job.status()).record(positive(times.created(), finished));
    reruns.increment(Math.max(0, job.place().attempts() - 1));
    times.submitted().ifPresent(submitted -> stages(times, submitted, finished));
  }

  private void stages(Job.Times times, Instant submitted, Instant finished) {
    stage("queued", times.created(), submitted);
    times
        .started()
        .ifPresent(
            started -> {
              stage("ready", submitted, started);
              stage("running", started, times.ran().orElse(finished));
              times.ran().ifPresent(ran -> stage("collecting", ran, finished));
            });
  }

  private void stage(String name, Instant from, Instant to) {
    ofStage(name).record(positive(from, to));
  }

  /**
   * A prompt has ended on a backend. If it was already there when the one before it ended, the time
   * between the two was idle time.
   *
   * @param since when it arrived at the backend
   */
  void ran(String backend, Instant since, Optional<Instant> started, Instant ended) {
    Instant before = lastRan.put(backend, ended);
    if (before != null && started.isPresent() && since.isBefore(before)) {
      gap(backend).record(positive(before, started.get()));
    }
  }

  /** The idle time of a server. */
  Timer gap(String backend) {
    return timer(
        "gateway.backend.idle.gap",
        "Time between the end of a prompt and the start of the next one that was already there",
        "backend",
        backend);
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
}
