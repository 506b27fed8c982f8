package io.comfygateway.api;

import io.comfygateway.access.JobQuota;
import io.comfygateway.database.Commits;
import io.comfygateway.files.FilesState;
import io.comfygateway.job.Acceptance;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.NewJob;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.problem.Problem;
import java.io.IOException;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** The step that stores the job of a submission. */
public final class JobAdmission {
  private static final Logger LOG = LoggerFactory.getLogger(JobAdmission.class);

  private final JobQueue queue;
  private final JobQueries queries;
  private final Commits commits;
  private final JobCompletion completion;
  private final JobQuota quota;
  private final FilesState files;
  private final MediaFiles media;
  private final JobBuilder builder;
  private final IdempotencyKeys keys;
  private final JobView view;

  public JobAdmission(
      JobQueue queue,
      JobQueries queries,
      Commits commits,
      JobCompletion completion,
      JobQuota quota,
      FilesState files,
      MediaFiles media,
      JobBuilder builder,
      IdempotencyKeys keys,
      JobView view) {
    this.queue = queue;
    this.queries = queries;
    this.commits = commits;
    this.completion = completion;
    this.quota = quota;
    this.files = files;
    this.media = media;
    this.builder = builder;
    this.keys = keys;
    this.view = view;
  }

  /**
   * Stores the job. When this returns it is committed, unless another request with the same key was
   * faster; it is on the disk before the request is answered, as with every request. The body
   * becomes the job; sets {@code jobId}, and {@code toBeFetched} where an input of it names its
   * file by URL.
   *
   * @throws Problem where the job is not valid, or a queue or a quota is full
   * @throws IOException where the disk is full, or the folder of files is not the right one
   */
  public void store(Exchange exchange) throws IOException {
    Submission submission = Submission.of(exchange);
    queue.requireRoom(submission.caller.name());
    files.require();
    NewJob job = builder.build(exchange);
    Runnable count;
    try {
      count = quota.prepare(submission.caller, 1);
    } catch (RuntimeException | Error failed) {
      media.forget(submission.id);
      throw failed;
    }
    Runnable alongside =
        () -> {
          count.run();
          JobBuilder.client(exchange).ifPresent(client -> client.store(job));
        };
    Acceptance acceptance = accept(job, alongside);
    if (acceptance.replayed()) {
      media.forget(submission.id);
      keys.setJob(exchange, queries.find(acceptance.id()).orElseThrow());
    } else {
      LOG.info(
          "queued job={} caller={} workflow={}",
          job.id(),
          job.owner(),
          job.workflow().orElse("graph"));
      exchange.setProperty(JobResponses.JOB_ID, job.id());
      exchange.setProperty("toBeFetched", job.document().isToBeFetched());
      exchange
          .getMessage()
          .setBody(new JsonView(() -> view.render(queries.find(job.id()).orElseThrow())));
    }
  }

  private Acceptance accept(NewJob job, Runnable more) {
    Runnable alongside =
        () -> {
          more.run();
          completion.announce(job.id(), job.document(), "queued", false);
        };
    try {
      return commits.withoutFlush(() -> queue.accept(job, alongside));
    } catch (DataAccessException | TransactionException unclear) {
      // It may be stored all the same. Where it is not, the sweep finds the files.
      throw unclear;
    } catch (RuntimeException | Error failed) {
      if (isNotStored(job.id())) {
        media.forget(job.id());
      }
      throw failed;
    }
  }

  private boolean isNotStored(UUID job) {
    try {
      return queries.find(job).isEmpty();
    } catch (DataAccessException unknown) {
      return false;
    }
  }
}
