package io.comfygateway.comfyapi;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobStatus;

/**
 * Adds the prompts of clients to their history when their jobs end, in the same transaction: a
 * prompt is always in the queue or in the history.
 */
public final class HistoryRecord {
  private final ClientPrompts prompts;

  public HistoryRecord(ClientPrompts prompts) {
    this.prompts = prompts;
  }

  /** A job ends; see {@code JobCompletion.EndRecord}. */
  public void ended(Job before, Job now, JobDocument document) {
    if (document.client().isPresent()) {
      prompts.ended(
          now.id(),
          now.times().finished().orElseThrow(),
          now.status() == JobStatus.CANCELLED,
          before.result().filter(outputs -> now.status() == JobStatus.SUCCEEDED));
    }
  }
}
