package io.comfygateway.api;

import io.comfygateway.http.LongPolls;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.Commits;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.pool.RunningPrompt;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.ProducerTemplate;

/**
 * Publishes what happens to jobs on {@code seda:job.queued}, {@code job.running}, {@code
 * job.succeeded}, {@code job.failed} and {@code job.cancelled}, where any number of routes may
 * listen, answers the requests that wait, and tells other gateways, where such requests may wait
 * too.
 */
public final class Events {
  private final JobQueries queries;
  private final JobView view;
  private final LongPolls waits;
  private final ClusterEvents neighbours;
  private final ProducerTemplate producer;
  private final Commits commits;

  public Events(
      JobQueries queries,
      Commits commits,
      JobView view,
      LongPolls waits,
      ClusterEvents neighbours,
      ProducerTemplate producer) {
    this.queries = queries;
    this.commits = commits;
    this.view = view;
    this.waits = waits;
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

  /** Whether a job's caller, or a route, is to hear at once that its prompt runs. */
  public boolean awaitsRunning(@ExchangeProperty("runningPrompt") RunningPrompt flight) {
    return flight != null
        && (flight.reportsRunning() || isHeard("running") || waits.forChange(flight.job()));
  }

  /** A backend runs a job's prompt. */
  public void running(@ExchangeProperty("job") Job job) {
    signal(job);
    if (isHeard("running")) {
      publish("running", job);
    }
  }

  /**
   * A job has ended. Requests that are held hear of it at once, since their answers wait for the
   * disk; who else hears of it can rely on it.
   */
  public void ended(@ExchangeProperty("job") Job job) {
    signal(job);
    commits.flush();
    if (isHeard(job.status().word())) {
      publish(job.status().word(), job);
    }
  }

  /**
   * Answers requests that are held for jobs which have ended unheard of, as where the store failed
   * in the moment of the commit.
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
        Map.of("event", "job." + event, "jobId", job.id().toString(), "owner", job.owner());
    producer.sendBodyAndHeaders(
        "seda:job."
            + event
            + "?multipleConsumers=true&discardWhenFull=true&waitForTaskToComplete=Never",
        view.render(job).toString(),
        headers);
  }
}
