package io.comfygateway.api;

import io.comfygateway.digest.Sha256;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.output.EntityTag;
import io.comfygateway.picture.PictureRequest;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that answer with a job: at once, or when it has changed. */
public final class JobResponses {
  /** The exchange property with the id of the job that a request made, or had made before. */
  static final String JOB_ID = "jobId";

  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int NOT_MODIFIED = 304;
  private static final int RETRY_AFTER_SECONDS = 1;

  private final JobQueries queries;
  private final JobView view;
  private final OutputContent content;
  private final JobWithFiles whole;

  public JobResponses(JobQueries queries, JobView view, OutputContent content, JobWithFiles whole) {
    this.whole = whole;
    this.queries = queries;
    this.view = view;
    this.content = content;
  }

  /**
   * Begins a long poll. A request that reads a job, so that {@code job} is set, waits until its
   * status is another; one that submits waits until its job has ended.
   *
   * @param then the endpoint of the route that answers
   */
  public void hold(Exchange exchange, String then) {
    Job read = exchange.getProperty("job", Job.class);
    UUID job = read == null ? id(exchange) : read.id();
    Optional<JobStatus> seen = Optional.ofNullable(read).map(view::status);
    // What was sent may be large, and is needed no more.
    exchange.removeProperty(Submission.PROPERTY);
    exchange.removeProperty(RequestContent.GRAPH);
    Duration time = Duration.ofSeconds(exchange.getProperty("wait", 0L, Long.class));
    exchange.setProperty(LongPollLimit.PROPERTY, new LongPollLimit(job, seen, time, then));
  }

  /** 202 with the job, which is the body, and where to read it. */
  public void accepted(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    accepted(
        exchange,
        id(exchange),
        body instanceof JsonView job
            ? job.toString()
            : exchange.getMessage().getBody(String.class));
  }

  private static void accepted(Exchange exchange, UUID job, String body) {
    Responses.accepted(exchange, body, "/jobs/" + job, RETRY_AFTER_SECONDS);
  }

  /**
   * 200 with the job that has ended, with its first output's bytes, or with the job and all
   * outputs. Where it has not ended, 202; but 504 where its bytes were asked for: a caller that
   * takes any 2xx for the file would go on with the job's JSON instead.
   *
   * @param ended the job, where the long poll ended with it
   */
  public void finished(
      Exchange exchange,
      @ExchangeProperty("job") Job ended,
      @ExchangeProperty("binary") boolean binary,
      @ExchangeProperty(JobWithFiles.FORM) JobWithFiles.Form files) {
    Optional<PictureRequest> picture = picture(exchange);
    Job job = ended == null ? job(id(exchange)) : ended;
    if (!job.status().isFinished() && binary) {
      throw notReady(exchange, job);
    } else if (!job.status().isFinished()) {
      accepted(exchange, job.id(), view.render(job).toString());
    } else if (files != null) {
      whole.send(exchange, job, files, picture);
    } else if (binary) {
      content.first(exchange, job, picture);
    } else {
      Responses.json(exchange, OK, view.render(job).toString());
      exchange.getMessage().setHeader("Location", "/jobs/" + job.id());
      Responses.markReplayed(exchange);
    }
  }

  private static Optional<PictureRequest> picture(Exchange exchange) {
    return Optional.ofNullable(exchange.getProperty(Preferences.PICTURE, PictureRequest.class));
  }

  private static Problem notReady(Exchange exchange, Job job) {
    String repeat =
        exchange.getMessage().getHeader(IdempotencyKeys.HEADER) == null
            ? "Read "
            : "Send the same request with the same Idempotency-Key again, or read ";
    Problem problem =
        new Problem(
                ProblemType.JOB_NOT_READY,
                "Job %s has not ended yet, and goes on. %s/jobs/%s until it has."
                    .formatted(job.id(), repeat, job.id()))
            .withJob(job.id())
            .withHeader("Location", "/jobs/" + job.id())
            .withHeader("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
    return IdempotencyKeys.isReplayed(exchange)
        ? problem.withHeader(IdempotencyKeys.REPLAYED_HEADER, "true")
        : problem;
  }

  private static UUID id(Exchange exchange) {
    return exchange.getProperty(JOB_ID, UUID.class);
  }

  private Job job(UUID id) {
    return queries
        .find(id)
        .orElseThrow(() -> new Problem(ProblemType.UNKNOWN_JOB, "There is no job \"" + id + "\"."));
  }

  /**
   * 200 with the job as it is now, or 304 where the caller has it so; with its outputs, where the
   * caller wants them and it has ended.
   */
  public void job(Exchange exchange, @ExchangeProperty("job") Job job) {
    JobWithFiles.Form files = exchange.getProperty(JobWithFiles.FORM, JobWithFiles.Form.class);
    if (files != null && job.status().isFinished()) {
      whole.send(exchange, job, files, picture(exchange));
      return;
    }
    String body = view.render(job).toString();
    EntityTag tag = EntityTag.of(digest(job, body));
    if (tag.isIn(exchange.getMessage().getHeader("If-None-Match", "", String.class))) {
      Responses.send(exchange, NOT_MODIFIED, "application/json", "");
    } else {
      Responses.json(exchange, OK, body);
    }
    exchange.getMessage().setHeader("ETag", tag.value());
    if (!job.status().isFinished()) {
      Responses.retryAfter(exchange, RETRY_AFTER_SECONDS);
    }
  }

  // Signed URLs differ from response to response, although the job has not changed.
  private static String digest(Job job, String body) {
    String stable = body.replaceAll("[?&](?:expires|signature|X-Amz-[A-Za-z]++)=[^\"&]*+", "");
    return HexFormat.of().formatHex(Sha256.of(job.fence() + stable), 0, 16);
  }

  /** 200 where the job is cancelled, 202 while it is being stopped. */
  public void cancelled(Exchange exchange, @ExchangeProperty("job") Job job) {
    int status = job.status().isFinished() ? OK : ACCEPTED;
    Responses.json(exchange, status, view.render(job).toString());
  }
}
