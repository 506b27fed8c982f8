package io.comfygateway.metrics;

import io.comfygateway.database.Database;
import io.comfygateway.job.StateProbe;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of this process: its answers, its connections to the database, its disks. Every
 * series whose labels are known exists from the start: Prometheus misses the first increase of a
 * new one.
 */
final class ProcessMetrics {
  private static final Duration HOLD = Duration.ofSeconds(5);

  /** A scrape is answered within a second; this leaves 300 ms for the rest of it. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(700);

  private static final int[] STATUSES = {
    200, 201, 202, 206, 304, 400, 401, 403, 404, 405, 408, 409, 410, 413, 422, 429, 500, 503, 504
  };

  private final MeterRegistry registry;
  private final StateProbe<Disk> disk;

  private record Disk(boolean up, Map<String, Double> free) {}

  ProcessMetrics(
      MeterRegistry registry,
      Metrics.Service sources,
      Supplier<Database.Connections> connections,
      InstantSource clock) {
    this.registry = registry;
    this.disk = new StateProbe<>("disk", () -> read(sources), HOLD, LONGEST_WAIT, clock);
    for (int status : STATUSES) {
      requests(status);
    }
    Gauge.builder("gateway.info", () -> 1)
        .description("Always 1; the label is the version of the program")
        .tag("version", sources.version())
        .register(registry);
    Gauge.builder("gateway.queue.limit", sources::mostWaiting)
        .description("How many jobs may wait (GATEWAY_MAX_WAITING)")
        .register(registry);
    connections(connections);
    disk(sources);
    FunctionCounter.builder("gateway.jobs.taken.up", sources, from -> from.takenUp().getAsLong())
        .description("Jobs that were resumed after a crash or a failure")
        .register(registry);
    TimeGauge.builder(
            "gateway.certificate.end.timestamp",
            () -> ends(sources.certificateEnds().get()),
            TimeUnit.SECONDS)
        .description("When the certificate of the port expires, in seconds since 1970")
        .register(registry);
  }

  private static double ends(Optional<Instant> certificate) {
    return certificate.map(end -> (double) end.getEpochSecond()).orElse(Double.NaN);
  }

  /** A request was answered. */
  void answered(int status, Duration took) {
    requests(status).record(took);
  }

  private Timer requests(int status) {
    return Timer.builder("gateway.http.requests")
        .description("Answered requests by status, including those that waited for a job")
        .tag("status", Integer.toString(status))
        .register(registry);
  }

  private void connections(Supplier<Database.Connections> connections) {
    Map<String, ToDoubleFunction<Database.Connections>> states =
        Map.of(
            "active", Database.Connections::active,
            "idle", Database.Connections::idle);
    states.forEach(
        (state, number) ->
            Gauge.builder(
                    "gateway.database.connections", () -> number.applyAsDouble(connections.get()))
                .description("Open connections to the database")
                .tag("state", state)
                .register(registry));
    Gauge.builder("gateway.database.connections.max", () -> connections.get().most())
        .description("Largest number of connections to the database (GATEWAY_DB_CONNECTIONS)")
        .register(registry);
    Gauge.builder("gateway.database.connections.awaited", () -> connections.get().awaited())
        .description("Threads that wait for a connection to the database")
        .register(registry);
  }

  private void disk(Metrics.Service sources) {
    Gauge.builder("gateway.store.up", () -> isUp(disk.latest()))
        .description("1 if files can be stored, 0 if not")
        .register(registry);
    for (String folder : sources.folders().keySet()) {
      Gauge.builder("gateway.disk.free.bytes", () -> free(folder))
          .description("Free space on the disk of the folder")
          .tag("folder", folder)
          .register(registry);
      Gauge.builder("gateway.disk.reserve.bytes", sources::leastFree)
          .description("Free space below which no job is accepted (GATEWAY_MIN_FREE_BYTES)")
          .tag("folder", folder)
          .register(registry);
    }
  }

  private static double isUp(StateProbe.Reading<Disk> reading) {
    return reading.current() && reading.value().filter(Disk::up).isPresent() ? 1 : 0;
  }

  private double free(String folder) {
    return disk.latest().value().map(read -> read.free().get(folder)).orElse(Double.NaN);
  }

  private static Disk read(Metrics.Service sources) {
    Map<String, Double> free = new HashMap<>();
    sources.folders().forEach((name, folder) -> free.put(name, free(folder)));
    return new Disk(sources.store().fault().isEmpty(), free);
  }

  private static double free(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      return Double.NaN;
    }
  }
}
