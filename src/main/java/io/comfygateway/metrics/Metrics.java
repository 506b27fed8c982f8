package io.comfygateway.metrics;

import io.comfygateway.database.Database;
import io.comfygateway.delivery.Delivery;
import io.comfygateway.disk.DiskSyncs;
import io.comfygateway.job.Job;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.store.StoreState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * Metrics: the steps of the routes that count and time, and the one that answers a scrape. Labels
 * are names of servers, stages and results; never a URL, a key or a caller.
 */
public final class Metrics {
  /** The text format of Prometheus, version 0.0.4. */
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final boolean on;
  private final Backends backends;
  private final RunningPrompts flights;
  private final InstantSource clock;
  private final JobTimers times;
  private final ProcessMetrics service;
  private final MultiGauge up;
  private final MultiGauge prompts;

  /** Where the metrics are read. */
  public record Sources(
      Database database, Backends backends, RunningPrompts flights, Service service) {}

  /**
   * Where the metrics of this process are read.
   *
   * @param version of the program
   * @param mostWaiting how many jobs may wait
   * @param folders the folders whose disks can become full, by the label of each
   * @param leastFree how many bytes must stay free on each disk
   * @param takenUp how many jobs have been resumed
   * @param certificateEnds when the certificate of the port expires; empty if there is none
   */
  public record Service(
      String version,
      long mostWaiting,
      StoreState store,
      Map<String, Path> folders,
      long leastFree,
      LongSupplier takenUp,
      Supplier<Optional<Instant>> certificateEnds) {}

  /**
   * Creates the metrics.
   *
   * @param on whether anything is counted, and scrapes are answered
   */
  public Metrics(Sources sources, InstantSource clock, boolean on) {
    this.on = on;
    this.backends = sources.backends();
    this.flights = sources.flights();
    this.clock = clock;
    this.times = new JobTimers(registry);
    this.up = backendGauge("gateway.backend.up", "1 if the server answers, 0 if not");
    this.prompts = backendGauge("gateway.backend.prompts", "Prompts of this gateway on the server");
    storeGauges(new DatabaseMetrics(sources.database().jdbc(), clock));
    this.service =
        new ProcessMetrics(registry, sources.service(), sources.database()::connections, clock);
    deliveries();
    FunctionCounter.builder("gateway.disk.syncs", this, metrics -> DiskSyncs.total())
        .description("Writes that were forced to the disk")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
  }

  private void deliveries() {
    for (String kind : new String[] {"callback", "batch", "s3", "copy", "event"}) {
      for (String result : new String[] {"delivered", "retry", "dead"}) {
        tries(kind, result);
      }
    }
  }

  private Counter tries(String kind, String result) {
    return Counter.builder("gateway.delivery.tries")
        .description("Attempts to deliver callbacks, copies and events")
        .tag("kind", kind)
        .tag("result", result)
        .register(registry);
  }

  private MultiGauge backendGauge(String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private void storeGauges(DatabaseMetrics store) {
    for (String state : new String[] {"fetching", "queued", "ready", "running", "collecting"}) {
      Gauge.builder("gateway.jobs", () -> store.of(state))
          .description("Jobs that have not ended, by state, of all gateways together")
          .tag("state", state)
          .register(registry);
    }
    gauge(
        "gateway.queue.oldest.seconds",
        "Age of the job that has waited longest",
        store,
        "oldest-queued");
    gauge("gateway.deliveries.due", "Deliveries that are due", store, "due");
    gauge(
        "gateway.deliveries.due.oldest.seconds",
        "How long the first delivery has been due",
        store,
        "oldest-due");
    gauge("gateway.deliveries.dead", "Dead letters", store, "dead");
    Gauge.builder("gateway.database.up", store::isUp)
        .description("1 if the database answers, 0 if not")
        .register(registry);
    Gauge.builder("gateway.database.age.seconds", store::ageSeconds)
        .description("Age of the numbers of jobs and deliveries, which are read from the database")
        .register(registry);
  }

  private void gauge(String name, String description, DatabaseMetrics store, String number) {
    Gauge.builder(name, () -> store.of(number)).description(description).register(registry);
  }

  /** The registry, for the metrics of other parts such as Camel. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Whether anything is counted. */
  public boolean isOn() {
    return on;
  }

  /** A job has ended here. */
  public void ended(@ExchangeProperty("job") Job job) {
    if (on) {
      times.ended(job);
    }
  }

  /** A prompt has ended on its server. */
  public void ran(@ExchangeProperty("runningPrompt") RunningPrompt flight) {
    if (on) {
      times.ran(flight.backend(), flight.since(), flight.started(), clock.instant());
    }
  }

  /** A delivery was tried. */
  public void tried(
      @ExchangeProperty("delivery") Delivery delivery, @ExchangeProperty("result") String result) {
    if (on && result != null) {
      tries(delivery.kind(), result).increment();
    }
  }

  /** A request was answered. */
  public void answered(int status, Duration took) {
    if (on) {
      service.answered(status, took);
    }
  }

  /**
   * Answers with all metrics.
   *
   * @throws Problem NOT_FOUND if they are switched off
   */
  public void scrape(Exchange exchange) {
    if (!on) {
      throw new Problem(
          ProblemType.NOT_FOUND, "The metrics are switched off (GATEWAY_METRICS=off).");
    }
    Map<String, Long> counts =
        flights.all().stream()
            .collect(Collectors.groupingBy(RunningPrompt::backend, Collectors.counting()));
    register(up, backend -> backends.health().state(backend.name()).isUp() ? 1 : 0);
    backends.all().forEach(backend -> times.gap(backend.name()));
    register(prompts, backend -> counts.getOrDefault(backend.name(), 0L));
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, CONTENT_TYPE);
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    exchange.getMessage().setBody(registry.scrape());
  }

  private void register(MultiGauge gauge, Function<Backend, Number> number) {
    gauge.register(
        backends.all().stream()
            .map(
                backend ->
                    MultiGauge.Row.of(Tags.of("backend", backend.name()), number.apply(backend)))
            .collect(Collectors.toList()),
        true);
  }
}
