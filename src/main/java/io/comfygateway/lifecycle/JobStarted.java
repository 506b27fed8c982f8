package io.comfygateway.lifecycle;

import io.comfygateway.job.JobQueries;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moment from which a backend runs a prompt. */
public final class JobStarted {
  private static final Logger LOG = LoggerFactory.getLogger(JobStarted.class);
  private final JobQueries queries;
  private final JobCompletion completion;
  private final RunningPrompts flights;

  public JobStarted(JobQueries queries, JobCompletion completion, RunningPrompts flights) {
    this.queries = queries;
    this.completion = completion;
    this.flights = flights;
  }

  /**
   * Commits that a prompt runs, with the delivery that tells of it: sets {@code began}, and {@code
   * job} to the job as it is now, the first time.
   */
  public void began(Exchange exchange, @ExchangeProperty("runningPrompt") RunningPrompt flight) {
    UUID id = flight.job();
    if (!flights.isUnreported(id)) {
      return;
    }
    boolean noted = completion.running(id, flight.fence());
    flights.reported(id);
    if (noted) {
      queries.find(id).ifPresent(job -> exchange.setProperty("job", job));
      exchange.setProperty("began", true);
      LOG.info("running job={} backend={}", id, flight.backend());
    }
  }
}
