package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.delivery.Redelivery;
import io.comfygateway.job.Batch;
import io.comfygateway.job.BatchStore;
import io.comfygateway.job.BatchStore.Outline;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that read, cancel and answer with a caller's own batches. */
public final class BatchReader {
  /** The exchange property with the id of the batch that a request made, or had made before. */
  static final String BATCH_ID = "batchId";

  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int RETRY_AFTER_SECONDS = 2;

  private final JobQueries queries;
  private final BatchStore batches;
  private final Redelivery redelivery;
  private final BatchView view;

  public BatchReader(
      JobQueries queries, BatchStore batches, Redelivery redelivery, BatchView view) {
    this.queries = queries;
    this.batches = batches;
    this.redelivery = redelivery;
    this.view = view;
  }

  /**
   * Sets {@code found} to the caller's batch of the path; a caller with the scope {@code read-all}
   * finds every caller's.
   *
   * @throws Problem where the caller has no such batch
   */
  public void find(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    set(exchange, caller, Scope.READ_ALL);
  }

  /** The same for a request that changes it: only an admin finds other callers' batches. */
  public void findToChange(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    set(exchange, caller, Scope.ADMIN);
  }

  private void set(Exchange exchange, Caller caller, Scope forOthers) {
    String asked = exchange.getMessage().getHeader("id", String.class);
    exchange.setProperty(
        "found",
        Ownership.id(asked)
            .flatMap(
                id -> Ownership.find(id, caller, forOthers, () -> batches.find(id), batches::find))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_BATCH,
                        "There is no batch \"" + asked + "\" of this key.")));
  }

  /**
   * Marks all jobs that have not ended, so that none of them starts while they are cancelled one by
   * one. A batch that was cancelled before stays as it is, like a single job.
   *
   * @throws Problem where all have ended and none was cancelled
   */
  public void requestCancel(@ExchangeProperty("found") Batch batch) {
    if (batch.finished().isEmpty()) {
      batches.requestCancel(batch.id());
    } else if (batch.ended().cancelled() == 0) {
      throw new Problem(
          ProblemType.BATCH_FINISHED,
          "All jobs of the batch have ended already; there is nothing to cancel.");
    }
  }

  /** The jobs that are to be cancelled, running ones first. */
  public List<UUID> open(@ExchangeProperty("found") Batch batch) {
    return batches.outlines(batch.id()).stream()
        .filter(job -> !job.status().isFinished())
        .sorted(Comparator.comparing(job -> job.status() != JobStatus.RUNNING))
        .map(Outline::job)
        .toList();
  }

  /** Sets {@code job} to one of them; to nothing where it has ended in the meantime. */
  public void job(Exchange exchange, @Body UUID id) {
    exchange.setProperty(
        "job", queries.find(id).filter(job -> !job.status().isFinished()).orElse(null));
  }

  /**
   * Makes its ended delivery due again.
   *
   * @throws Problem where there is none
   */
  public void redeliver(@ExchangeProperty("found") Batch batch) {
    if (redelivery.ofBatch(batch.id()) == 0) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "The batch has no delivery to send: it named no callback, its jobs have not all ended, or the delivery is being tried now.");
    }
  }

  /** 202 with the batch, which is the body, and where to read it. */
  public void accepted(Exchange exchange) {
    UUID id = exchange.getProperty(BATCH_ID, UUID.class);
    Object body = exchange.getMessage().getBody();
    Responses.accepted(
        exchange,
        body instanceof JsonView ? body.toString() : exchange.getMessage().getBody(String.class),
        "/batches/" + id,
        RETRY_AFTER_SECONDS);
  }

  /** 200 with the batch as it is now. */
  public void show(Exchange exchange, @ExchangeProperty("found") Batch batch) {
    Responses.json(exchange, OK, view.render(batch).toString());
    if (batch.finished().isEmpty()) {
      Responses.retryAfter(exchange, RETRY_AFTER_SECONDS);
    }
  }

  /** 200 where all jobs have ended, 202 while some are being stopped. */
  public void cancelled(Exchange exchange, @ExchangeProperty("found") Batch batch) {
    boolean isOver = batch.finished().isPresent();
    Responses.json(exchange, isOver ? OK : ACCEPTED, view.render(batch).toString());
  }
}
