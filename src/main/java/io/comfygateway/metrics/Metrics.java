package io.comfygateway.metrics;

import io.comfygateway.delivery.Delivery;
import io.comfygateway.disk.DiskSyncs;
import io.comfygateway.job.Database;
import io.comfygateway.job.Job;
import io.comfygateway.job.StoreState;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
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
 * The steps that count and time what happens, and the one that answers with the numbers. A label is
 * never a URL, a key or a caller: only the names of servers, stages and results.
 */
public final class Metrics {
  /** The media type of the answer: Prometheus's text format, version 0.0.4. */
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final boolean on;
  private final Backends backends;
  private final RunningPrompts flights;
  private final InstantSource clock;
  private final JobTimes times;
  private final ServiceNumbers service;
  private final MultiGauge up;
  private final MultiGauge prompts;

  /** What a number is read from. */
  public record Sources(
      Database database, Backends backends, RunningPrompts flights, Service service) {}

  /**
   * What this process is read from.
   *
   * @param version the program's
   * @param mostWaiting how many jobs may wait
   * @param folders those whose disks can be full, by what they are called
   * @param leastFree how many bytes are to stay free on each
   * @param takenUp how many jobs have been taken up again
   * @param certificateEnds when the port's certificate ends; empty where it has none
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
   * Makes the steps.
   *
   * @param on whether anything is counted and answered at all
   */
  public Metrics(Sources sources, InstantSource clock, boolean on) {
    this.on = on;
    this.backends = sources.backends();
    this.flights = sources.flights();
    this.clock = clock;
    this.times = new JobTimes(registry);
    this.up = backendGauge("gateway.backend.up", "1 where the server answers, 0 where not");
    this.prompts =
        backendGauge("gateway.backend.prompts", "Prompts that this gateway has on the server");
    storeGauges(new StoreNumbers(sources.database().jdbc(), clock));
    this.service =
        new ServiceNumbers(registry, sources.service(), sources.database()::connections, clock);
    deliveries();
    FunctionCounter.builder("gateway.disk.syncs", this, metrics -> DiskSyncs.total())
        .description("Writes that were waited for until the disk had them")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
  }

  private void deliveries() {
    for (String kind : new String[] {"callback", "batch", "s3"}) {
      for (String result : new String[] {"delivered", "retry", "dead"}) {
        tries(kind, result);
      }
    }
  }

  private Counter tries(String kind, String result) {
    return Counter.builder("gateway.delivery.tries")
        .description("Tries of callbacks and of copies into S3")
        .tag("kind", kind)
        .tag("result", result)
        .register(registry);
  }

  private MultiGauge backendGauge(String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  private void storeGauges(StoreNumbers store) {
    for (String state : new String[] {"fetching", "queued", "ready", "running", "collecting"}) {
      Gauge.builder("gateway.jobs", () -> store.of(state))
          .description("Jobs that have not ended, by where they are; of all gateways together")
          .tag("state", state)
          .register(registry);
    }
    gauge(
        "gateway.queue.oldest.seconds",
        "Age of the job that has waited longest",
        store,
        "oldest-queued");
    gauge("gateway.deliveries.due", "Deliveries that are to be tried now", store, "due");
    gauge(
        "gateway.deliveries.due.oldest.seconds",
        "For how long the first has been due",
        store,
        "oldest-due");
    gauge("gateway.deliveries.dead", "Dead letters that are kept", store, "dead");
    Gauge.builder("gateway.database.up", store::isUp)
        .description("1 where the database answers, 0 where not")
        .register(registry);
    Gauge.builder("gateway.database.age.seconds", store::ageSeconds)
        .description("How long ago the database said how many jobs and deliveries there are")
        .register(registry);
  }

  private void gauge(String name, String description, StoreNumbers store, String number) {
    Gauge.builder(name, () -> store.of(number)).description(description).register(registry);
  }

  /** The registry that numbers of other parts go into, such as Camel's. */
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
   * Answers with all numbers.
   *
   * @throws Problem NOT_FOUND where they are switched off
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
