package io.comfygateway.api;

import io.comfygateway.database.Commits;
import io.comfygateway.http.LongPolls;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.pool.RunningPrompt;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.ProducerTemplate;

/**
 * Publishes events of jobs on {@code seda:job.queued}, {@code job.running}, {@code job.succeeded},
 * {@code job.failed} and {@code job.cancelled}, where any number of routes may listen; wakes long
 * polls; and notifies other gateways, where long polls may wait too.
 */
public final class Events {
  private final JobQueries queries;
  private final JobView view;
  private final LongPolls waits;
  private final ClusterEvents neighbours;
  private final ProducerTemplate producer;
  private final Commits commits;
  private final BooleanSupplier isListened;
  private final Consumer<UUID> sockets;

  /**
   * Creates them.
   *
   * @param isListened whether a client follows events, here or on another gateway
   * @param sockets is notified of jobs that have ended, for the WebSockets of clients
   */
  public Events(
      JobQueries queries,
      Commits commits,
      JobView view,
      LongPolls waits,
      BooleanSupplier isListened,
      ClusterEvents neighbours,
      ProducerTemplate producer,
      Consumer<UUID> sockets) {
    this.sockets = sockets;
    this.queries = queries;
    this.commits = commits;
    this.view = view;
    this.waits = waits;
    this.isListened = isListened;
    this.neighbours = neighbours;
    this.producer = producer;
  }

  /** A job was stored. */
  public void queued(Exchange exchange, @ExchangeProperty("jobId") UUID job) {
    if (!IdempotencyKeys.isReplayed(exchange) && isHeard("queued")) {
      commits.flush();
      queries.find(job).ifPresent(stored -> publish("queued", stored));
    }
  }

  /** The jobs of a batch were stored. */
  public void queuedAll(Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch) {
    if (!IdempotencyKeys.isReplayed(exchange) && isHeard("queued")) {
      commits.flush();
      batch.jobs.forEach(
          row -> queries.find(row.job().job().id()).ifPresent(job -> publish("queued", job)));
    }
  }

  /** Whether a job's caller, or a route, is to be notified at once that its prompt runs. */
  public boolean awaitsRunning(@ExchangeProperty("runningPrompt") RunningPrompt flight) {
    return flight != null
        && (flight.reportsRunning()
            || isHeard("running")
            || waits.forChange(flight.job())
            || isListened.getAsBoolean());
  }

  /** A backend runs a job's prompt. */
  public void running(@ExchangeProperty("job") Job job) {
    signal(job);
    if (isHeard("running")) {
      publish("running", job);
    }
  }

  /**
   * A job has ended. Long polls are woken at once, since their responses wait for the disk; all
   * others are notified when it is on the disk.
   */
  public void ended(@ExchangeProperty("job") Job job) {
    signal(job);
    commits.flush();
    sockets.accept(job.id());
    if (isHeard(job.status().word())) {
      publish(job.status().word(), job);
    }
  }

  /**
   * Wakes long polls on jobs that have ended without a signal, for example because the store failed
   * at the moment of the commit.
   */
  public void lookForEnded() {
    waits.lookForEnded();
  }

  /** A job's copy in S3 is complete, or has failed for good. */
  public void copied(@ExchangeProperty("job") Job job) {
    signal(job);
  }

  private void signal(Job job) {
    waits.signal(job);
    neighbours.happened(job.id());
  }

  /** A job is to be cancelled that this gateway does not have on a backend; perhaps another has. */
  public void cancelling() {
    neighbours.cancelling();
  }

  // Rendering costs a query or two, and most events have no listener.
  private boolean isHeard(String event) {
    return producer.getCamelContext().getRoutes().stream()
        .anyMatch(route -> route.getEndpoint().getEndpointBaseUri().equals("seda://job." + event));
  }

  private void publish(String event, Job job) {
    Map<String, Object> headers =
        Map.of(
            "event",
            "job." + event,
            "jobId",
            job.id().toString(),
            "owner",
            job.owner(),
            // So that a step http: posts it as what it is.
            Exchange.CONTENT_TYPE,
            "application/json");
    producer.sendBodyAndHeaders(
        "seda:job."
            + event
            + "?multipleConsumers=true&discardWhenFull=true&waitForTaskToComplete=Never",
        view.render(job).toString(),
        headers);
  }
}
