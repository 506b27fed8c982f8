package io.comfygateway.api;

import io.comfygateway.access.Caller;
import io.comfygateway.job.Acceptance;
import io.comfygateway.job.Batch;
import io.comfygateway.job.BatchStore;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.NewJob;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that find what an earlier request with the same {@code Idempotency-Key} made. */
public final class IdempotencyKeys {
  /** The request header. */
  static final String HEADER = "Idempotency-Key";

  /** The response header that says that an earlier request had made the job. */
  static final String REPLAYED_HEADER = "Idempotency-Replayed";

  /** The exchange property with {@code true} where an earlier request made the answer. */
  static final String REPLAYED = "replayed";

  private static final int LONGEST = 255;

  private final JobQueue queue;
  private final JobQueries queries;
  private final BatchStore batches;
  private final JobView jobView;
  private final BatchView batchView;

  public IdempotencyKeys(
      JobQueue queue,
      JobQueries queries,
      BatchStore batches,
      JobView jobView,
      BatchView batchView) {
    this.queue = queue;
    this.queries = queries;
    this.batches = batches;
    this.jobView = jobView;
    this.batchView = batchView;
  }

  /**
   * The key of a request.
   *
   * @param hash the hash that two requests share exactly when they ask for the same
   * @throws Problem where it is not valid
   */
  static Optional<NewJob.Idempotency> of(Exchange exchange, Supplier<String> hash) {
    return Optional.ofNullable(exchange.getMessage().getHeader(HEADER, String.class))
        .map(key -> new NewJob.Idempotency(check(key), hash.get()));
  }

  private static String check(String key) {
    if (key.isBlank() || key.length() > LONGEST) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "Idempotency-Key must have 1 to " + LONGEST + " characters.");
    }
    // The text is the same in every execution: the second one would get the first one's job.
    Expressions.unevaluated(HEADER, key)
        .ifPresent(
            why -> {
              throw new Problem(ProblemType.INVALID_REQUEST, why);
            });
    return key;
  }

  /**
   * Finds the job that the same key made before: sets {@code jobId}, {@code replayed}, and the job
   * as the body.
   *
   * @throws Problem where the job is no longer kept, or another request had the same key
   */
  public void replayJob(Exchange exchange) {
    Submission submission = Submission.of(exchange);
    earlier(submission.caller, submission.idempotency)
        .ifPresent(id -> setJob(exchange, queries.find(id).orElseThrow(() -> expired("job", id))));
  }

  /** Says that a job of an earlier request is the one. */
  void setJob(Exchange exchange, Job job) {
    exchange.setProperty(JobResponses.JOB_ID, job.id());
    exchange.setProperty(REPLAYED, true);
    exchange.getMessage().setBody(new JsonView(() -> jobView.render(job)));
  }

  /**
   * Finds the batch that the same key made before: sets {@code batchId}, {@code replayed}, and the
   * batch as the body.
   *
   * @throws Problem where the batch is no longer kept, or another request had the same key
   */
  public void replayBatch(
      Exchange exchange, @ExchangeProperty("batch") BatchSubmission submission) {
    earlier(submission.caller, submission.idempotency)
        .ifPresent(
            id -> setBatch(exchange, batches.find(id).orElseThrow(() -> expired("batch", id))));
  }

  /** Says that a batch of an earlier request is the one. */
  void setBatch(Exchange exchange, Batch batch) {
    exchange.setProperty(BatchReader.BATCH_ID, batch.id());
    exchange.setProperty(REPLAYED, true);
    exchange.getMessage().setBody(new JsonView(() -> batchView.render(batch)));
  }

  private Optional<UUID> earlier(Caller caller, Optional<NewJob.Idempotency> idempotency) {
    return idempotency.flatMap(key -> queue.replayOf(caller.name(), key)).map(Acceptance::id);
  }

  private static Problem expired(String what, UUID id) {
    return new Problem(
        ProblemType.JOB_EXPIRED,
        "Idempotency-Key made the %s %s before, which has ended and is no longer kept. Send a new key to run it again."
            .formatted(what, id));
  }

  /** Whether an earlier request had made what is answered. */
  static boolean isReplayed(Exchange exchange) {
    return exchange.getProperty(REPLAYED, false, Boolean.class);
  }
}
