package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.http.FileBody;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.http.ProblemBody;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobStore;
import io.comfygateway.output.EntityTag;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRequest;
import io.comfygateway.output.OutputResponse;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps that answer a request. */
public final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final int SECONDS_UNTIL_LOOKING_AGAIN = 1;
  private static final String REPLAYED = "Idempotency-Replayed";
  private static final int MOST_LINKS = 50;

  private final JobStore jobs;
  private final OutputRows outputs;
  private final OutputStore files;
  private final JobView view;
  private final ProblemBody problems;

  public Answers(
      JobStore jobs, OutputRows outputs, OutputStore files, JobView view, ObjectMapper json) {
    this.jobs = jobs;
    this.outputs = outputs;
    this.files = files;
    this.view = view;
    this.problems = new ProblemBody(json);
  }

  /** Answers with JSON. */
  static void json(Exchange exchange, int status, String body) {
    send(exchange, status, "application/json", body);
  }

  static void send(Exchange exchange, int status, String contentType, Object body) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setHeader(Exchange.CONTENT_TYPE, contentType);
    message.setBody(body);
  }

  /**
   * Has the request held: one that submits until its job has ended, one that reads until the job's
   * status is another.
   */
  public void hold(Exchange exchange, String then) {
    Submission submission = exchange.getProperty("submission", Submission.class);
    Job read = exchange.getProperty("job", Job.class);
    UUID job = submission == null ? read.id() : submission.job();
    Optional<JobStatus> seen =
        submission == null ? Optional.of(view.status(read)) : Optional.empty();
    if (submission != null) {
      submission.forgetBody();
    }
    Duration time = Duration.ofSeconds(exchange.getProperty("wait", 0L, Long.class));
    exchange.setProperty(LongPollLimit.PROPERTY, new LongPollLimit(job, seen, time, then));
  }

  /** 202 with the job and where to find it. */
  public void accepted(Exchange exchange, @ExchangeProperty("submission") Submission submission) {
    accepted(exchange, job(submission.job()), submission);
  }

  private void accepted(Exchange exchange, Job job, Submission submission) {
    ObjectNode body = view.render(job);
    json(exchange, 202, body.toString());
    Message answer = exchange.getMessage();
    answer.setHeader("Location", "/jobs/" + job.id());
    answer.setHeader("Retry-After", Integer.toString(SECONDS_UNTIL_LOOKING_AGAIN));
    markReplayed(answer, submission);
  }

  private static void markReplayed(Message answer, Submission submission) {
    if (!submission.isNew()) {
      answer.setHeader(REPLAYED, "true");
    }
  }

  /**
   * 200 with the job that has ended, or with its first output's bytes. Where it has not, 202; but
   * 504 where its bytes were asked for: a caller that takes any 2xx for the file would go on with
   * the job's JSON in its place.
   *
   * @param told the job, where it was told why the request is not held any longer
   */
  public void finished(
      Exchange exchange,
      @ExchangeProperty("submission") Submission submission,
      @ExchangeProperty("job") Job told,
      @ExchangeProperty("binary") boolean binary) {
    Job job = told == null ? job(submission.job()) : told;
    if (!job.status().isFinished() && binary) {
      throw notReady(job, submission);
    } else if (!job.status().isFinished()) {
      accepted(exchange, job, submission);
    } else if (binary) {
      firstOutput(exchange, job);
      markReplayed(exchange.getMessage(), submission);
    } else {
      json(exchange, 200, view.render(job).toString());
      exchange.getMessage().setHeader("Location", "/jobs/" + job.id());
      markReplayed(exchange.getMessage(), submission);
    }
  }

  private static Problem notReady(Job job, Submission submission) {
    String repeat =
        submission.idempotency.isPresent()
            ? "Send the same request with the same Idempotency-Key again, or read "
            : "Read ";
    Problem problem =
        new Problem(
                ProblemType.JOB_NOT_READY,
                "Job %s has not ended yet, and goes on. %s/jobs/%s until it has."
                    .formatted(job.id(), repeat, job.id()))
            .withJob(job.id())
            .withHeader("Location", "/jobs/" + job.id())
            .withHeader("Retry-After", Integer.toString(SECONDS_UNTIL_LOOKING_AGAIN));
    return submission.isNew() ? problem : problem.withHeader(REPLAYED, "true");
  }

  private void firstOutput(Exchange exchange, Job job) {
    if (job.status() != JobStatus.SUCCEEDED) {
      JobError error =
          job.facts().error().orElseGet(() -> JobError.of("cancelled", "The job was cancelled."));
      String node =
          error
              .node()
              .map(
                  id -> " (node " + id + error.nodeType().map(type -> ", " + type).orElse("") + ")")
              .orElse("");
      throw new Problem(
              ProblemType.JOB_FAILED,
              "Job "
                  + job.id()
                  + " has "
                  + job.status().word()
                  + ": "
                  + error.type()
                  + ": "
                  + error.detail()
                  + node)
          .withJob(job.id())
          .withHeader("Location", "/jobs/" + job.id());
    }
    List<Output> all = outputs.of(job.id());
    if (all.isEmpty()) {
      throw new Problem(
              ProblemType.UNKNOWN_OUTPUT,
              "Job " + job.id() + " succeeded without a file; ask without binary for its texts.")
          .withJob(job.id())
          .withHeader("Location", "/jobs/" + job.id());
    }
    sendFile(
        exchange,
        all.get(0),
        new OutputRequest(Optional.empty(), Optional.empty(), Optional.empty()));
    Message answer = exchange.getMessage();
    answer.setHeader("Content-Location", link(job, all.get(0)));
    answer.setHeader("Gateway-Job-Id", job.id().toString());
    answer.setHeader("Gateway-Output-Count", Integer.toString(all.size()));
    answer.setHeader("Link", links(job, all));
  }

  // RFC 8288 and 6573: the job is the collection, and its other outputs are items of it.
  private static String links(Job job, List<Output> all) {
    Stream<String> others =
        all.stream()
            .skip(1)
            .limit(MOST_LINKS)
            .map(output -> "<%s>; rel=\"item\"".formatted(link(job, output)));
    return Stream.concat(Stream.of("</jobs/%s>; rel=\"collection\"".formatted(job.id())), others)
        .collect(Collectors.joining(", "));
  }

  private static String link(Job job, Output output) {
    return "/jobs/" + job.id() + "/outputs/" + output.index();
  }

  private Job job(UUID id) {
    return jobs.find(id)
        .orElseThrow(() -> new Problem(ProblemType.UNKNOWN_JOB, "There is no job \"" + id + "\"."));
  }

  /** 200 with the job as it is now, or 304 where the caller has it so. */
  public void job(Exchange exchange, @ExchangeProperty("job") Job job) {
    String body = view.render(job).toString();
    EntityTag tag = EntityTag.of(digest(job, body));
    if (tag.isIn(exchange.getMessage().getHeader("If-None-Match", "", String.class))) {
      send(exchange, 304, "application/json", "");
    } else {
      json(exchange, 200, body);
    }
    exchange.getMessage().setHeader("ETag", tag.value());
    if (!job.status().isFinished()) {
      exchange.getMessage().setHeader("Retry-After", Integer.toString(SECONDS_UNTIL_LOOKING_AGAIN));
    }
  }

  // Signed URLs differ from answer to answer without telling anything new.
  private static String digest(Job job, String body) {
    try {
      String stable = body.replaceAll("[?&](?:expires|signature|X-Amz-[A-Za-z]++)=[^\"&]*+", "");
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((job.fence() + stable).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** 200 where the job is cancelled, 202 while it is being stopped. */
  public void cancelled(Exchange exchange, @ExchangeProperty("job") Job job) {
    json(exchange, job.status().isFinished() ? 200 : 202, view.render(job).toString());
  }

  /**
   * The bytes of an output, or the range of them that was asked for.
   *
   * @param linked the job, where a signed URL names it and no caller does
   * @throws Problem where the caller has no such output
   */
  public void output(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @ExchangeProperty("job") Job linked) {
    Message request = exchange.getMessage();
    String index = request.getHeader("index", "", String.class);
    Optional<Job> job =
        caller == null
            ? Optional.ofNullable(linked)
            : JobReader.uuid(request.getHeader("id", String.class))
                .flatMap(id -> readable(id, caller));
    Output output =
        job.filter(known -> index.matches("\\d{1,6}"))
            .flatMap(known -> outputs.find(known.id(), Integer.parseInt(index)))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_OUTPUT,
                        "There is no such output; GET the job for those that it has."));
    sendFile(exchange, output, OutputRequest.of(request.getHeaders()));
    // A signed URL was given out by an answer that had waited for the disk.
    exchange.setProperty(GatewayHttpConsumer.DURABLE, caller == null);
  }

  private Optional<Job> readable(UUID id, Caller caller) {
    return caller.may(Scope.READ_ALL) ? jobs.find(id) : jobs.find(id, caller.name());
  }

  private void sendFile(Exchange exchange, Output output, OutputRequest request) {
    if (output.expired().isPresent()) {
      throw new Problem(
          ProblemType.OUTPUT_EXPIRED,
          "The file of this output was removed at "
              + output.expired().get()
              + " to make room for newer ones; run the job again.");
    }
    OutputResponse response =
        OutputResponse.to(
            request,
            new OutputResponse.Facts(
                output.source().filename(),
                output.stored().contentType(),
                output.stored().bytes(),
                output.stored().sha256()));
    Object body =
        response.status() == 304
            ? ""
            : new FileBody(files.path(output.stored()), response.offset(), response.length());
    send(exchange, response.status(), output.stored().contentType(), body);
    response.headers().forEach(exchange.getMessage()::setHeader);
  }

  /** The exception as problem details. */
  public void problem(Exchange exchange) {
    Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    Problem problem = ProblemBody.problemOf(thrown);
    if (problem.type() == ProblemType.INTERNAL || problem.type() == ProblemType.STORE_UNAVAILABLE) {
      LOG.error(
          "request failed path={}", exchange.getMessage().getHeader(Exchange.HTTP_PATH), thrown);
    }
    exchange.removeProperty(LongPollLimit.PROPERTY);
    send(exchange, problem.type().status(), ProblemBody.CONTENT_TYPE, problems.of(problem));
    problem.headers().forEach(exchange.getMessage()::setHeader);
  }
}
