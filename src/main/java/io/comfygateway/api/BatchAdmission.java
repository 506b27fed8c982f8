package io.comfygateway.api;

import io.comfygateway.access.JobQuota;
import io.comfygateway.database.Commits;
import io.comfygateway.job.Acceptance;
import io.comfygateway.job.Batch;
import io.comfygateway.job.BatchDocument;
import io.comfygateway.job.BatchStore;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.job.NewJob;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.problem.Problem;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The step that stores a batch and all of its jobs. */
public final class BatchAdmission {
  private static final Logger LOG = LoggerFactory.getLogger(BatchAdmission.class);

  private final BatchStore batches;
  private final Commits commits;
  private final JobCompletion completion;
  private final JobQuota quota;
  private final IdempotencyKeys keys;
  private final BatchView view;

  public BatchAdmission(
      BatchStore batches,
      Commits commits,
      JobCompletion completion,
      JobQuota quota,
      IdempotencyKeys keys,
      BatchView view) {
    this.batches = batches;
    this.commits = commits;
    this.completion = completion;
    this.quota = quota;
    this.keys = keys;
    this.view = view;
  }

  /**
   * Stores the batch and all of its jobs, or nothing. The body becomes the batch; sets {@code
   * batchId}, and {@code toBeFetched} where an input of a job names its file by URL.
   *
   * @throws Problem where a queue or a quota is full
   */
  public void store(Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch) {
    Runnable count = quota.prepare(batch.caller, batch.size());
    NewBatch stored =
        new NewBatch(
            batch.id,
            batch.caller.name(),
            new BatchDocument(batch.callback, batch.metadata, batch.refused),
            batch.jobs,
            batch.idempotency);
    Acceptance acceptance = accept(batch, stored, count);
    if (acceptance.replayed()) {
      batch.mayBeStored = false;
      keys.setBatch(exchange, batches.find(acceptance.id()).orElseThrow());
    } else {
      LOG.info(
          "queued batch={} caller={} jobs={} refused={}",
          batch.id,
          batch.caller.name(),
          batch.size(),
          batch.refused.size());
      exchange.setProperty(BatchReader.BATCH_ID, batch.id);
      exchange.setProperty("toBeFetched", batch.toBeFetched);
      exchange.getMessage().setBody(new JsonView(() -> view.render(find(batch.id))));
    }
  }

  private Batch find(UUID id) {
    return batches.find(id).orElseThrow();
  }

  private Acceptance accept(BatchSubmission batch, NewBatch stored, Runnable count) {
    Runnable alongside =
        () -> {
          count.run();
          for (NewBatch.Row row : stored.jobs()) {
            NewJob job = row.job().job();
            completion.announce(job.id(), job.document(), "queued", false);
          }
        };
    batch.mayBeStored = true;
    try {
      return commits.withoutFlush(() -> batches.accept(stored, alongside));
    } catch (Problem refused) {
      batch.mayBeStored = false;
      throw refused;
    }
  }
}
