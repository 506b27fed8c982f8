package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.comfygateway.access.Caller;
import io.comfygateway.digest.Sha256;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.JobStatus;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps with which a request to a door makes one or several jobs and waits for them. */
public final class DoorJobs {
  private static final String JOBS = "doorJobs";
  private static final String REQUEST = "doorRequest";
  private static final String DEADLINE = "doorDeadline";
  private static final String KEY = "doorKey";
  private static final String CONTENT = "doorContent";
  private static final String HOLD_SECONDS = "holdSeconds";
  private static final String RETRIES = "x-stainless-retry-count";

  private final DoorRetries retries;
  private final JobQueries queries;
  private final JobView view;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Duration longestWait;

  /**
   * Makes the steps.
   *
   * @param longestWait how long a request to a door is held at most
   */
  public DoorJobs(
      JobQueue queue,
      JobQueries queries,
      JobView view,
      ObjectMapper json,
      InstantSource clock,
      Duration longestWait) {
    this.longestWait = longestWait;
    this.retries = new DoorRetries(queue, queries, clock);
    this.queries = queries;
    this.view = view;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Prepares the exchange for the next job of a request, whose body is the same for all of them.
   * Call it before each submission; {@link #made} after it.
   */
  public void next(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    List<UUID> jobs = jobs(exchange);
    if (jobs == null) {
      jobs = new ArrayList<>();
      begin(exchange);
      exchange.setProperty(JOBS, jobs);
    }
    byte[] request = exchange.getProperty(REQUEST, byte[].class);
    String workflow = exchange.getProperty(RequestContent.WORKFLOW, String.class);
    String hash = hash(workflow, jobs.size(), exchange.getProperty(CONTENT, byte[].class));
    String key = exchange.getProperty(KEY, "", String.class);
    for (String of : List.of(JobResponses.JOB_ID, "replayed", "toBeFetched", Submission.PROPERTY)) {
      exchange.removeProperty(of);
    }
    exchange.removeProperty(RequestContent.GRAPH);
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setHeader("workflow", workflow);
    exchange.getMessage().setHeader("respond", "accepted");
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    exchange
        .getMessage()
        .setHeader(
            IdempotencyKeys.HEADER,
            key.isEmpty() ? "door-" + UUID.randomUUID() : key + "-" + jobs.size());
    exchange.getMessage().setBody(request);
    exchange.setProperty(SubmissionReader.REQUEST_HASH, hash);
    if (exchange.getProperty(RETRIES, 0, Integer.class) > 0 && key.isEmpty()) {
      retries
          .earlier(caller, hash, jobs)
          .ifPresent(
              job -> {
                exchange.setProperty(JobResponses.JOB_ID, job);
                exchange.setProperty("replayed", true);
              });
    }
  }

  private void begin(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    byte[] request = String.valueOf(body).getBytes(StandardCharsets.UTF_8);
    exchange.setProperty(REQUEST, request);
    MessageDigest content = Sha256.newDigest();
    content.update(request);
    RequestReader.updateFiles(
        content, exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class));
    exchange.setProperty(CONTENT, content.digest());
    exchange.setProperty(
        RETRIES, number(exchange.getMessage().getHeader(RETRIES, "0", String.class)));
    exchange.setProperty(
        KEY, exchange.getMessage().getHeader(IdempotencyKeys.HEADER, "", String.class));
    limit(exchange);
  }

  // A product whose callers say how long they wait sets the property; none waits longer than doors.
  private void limit(Exchange exchange) {
    Duration asked =
        Duration.ofSeconds(exchange.getProperty(HOLD_SECONDS, longestWait.toSeconds(), Long.class));
    exchange.setProperty(
        DEADLINE, clock.instant().plus(asked.compareTo(longestWait) < 0 ? asked : longestWait));
  }

  private static int number(String text) {
    return text.matches("\\d{1,3}") ? Integer.parseInt(text) : 0;
  }

  private static String hash(String workflow, int index, byte[] content) {
    MessageDigest digest = Sha256.newDigest();
    digest.update(("door\n" + workflow + "\n" + index + "\n").getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest(content));
  }

  /** Notes the job that was made. */
  public void made(Exchange exchange, @ExchangeProperty(JobResponses.JOB_ID) UUID job) {
    jobs(exchange).add(job);
    exchange.removeProperty(LongPollLimit.PROPERTY);
  }

  /**
   * Holds the request until all its jobs have ended.
   *
   * @param then the endpoint of the route that answers; its first step is {@link #finished}
   */
  public void hold(Exchange exchange, String then) {
    exchange.removeProperty(REQUEST);
    exchange.removeProperty(Submission.PROPERTY);
    exchange.removeProperty(RequestContent.GRAPH);
    exchange.setProperty("doorThen", then);
    List<UUID> jobs = jobs(exchange);
    wait(exchange, jobs.get(jobs.size() - 1));
  }

  private void wait(Exchange exchange, UUID job) {
    Duration left = left(exchange);
    exchange.setProperty(
        LongPollLimit.PROPERTY,
        new LongPollLimit(
            job, Optional.empty(), left, exchange.getProperty("doorThen", String.class)));
  }

  private Duration left(Exchange exchange) {
    return Duration.between(clock.instant(), exchange.getProperty(DEADLINE, Instant.class));
  }

  /**
   * The body becomes a JSON array of the jobs, all of which have succeeded, as in {@code GET
   * /jobs/{id}}. Where one has not ended yet, the route stops here, and begins again when it has.
   *
   * @throws Problem where a job did not succeed, or has not ended in time
   */
  public void finished(Exchange exchange) {
    List<Job> all = new ArrayList<>();
    for (UUID id : jobs(exchange)) {
      Job job = kept(id);
      if (!job.status().isFinished()) {
        later(exchange, job);
        return;
      }
      all.add(job);
    }
    all.forEach(job -> retries.answered(job.id()));
    ArrayNode body = json.createArrayNode();
    for (Job job : all) {
      if (job.status() != JobStatus.SUCCEEDED) {
        throw new Problem(ProblemType.JOB_FAILED, OutputContent.failure(job)).withJob(job.id());
      }
      body.add(view.render(job));
    }
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(body);
  }

  /**
   * The body becomes a JSON array of the jobs whatever their status, once all have ended or the
   * time is up: for a product that shows failed and running jobs in its answers. Where one has not
   * ended and there is time left, the route stops here, and begins again when it has.
   *
   * @throws Problem where a job is not kept any more
   */
  public void settled(Exchange exchange) {
    Optional<Job> running =
        jobs(exchange).stream()
            .map(this::kept)
            .filter(job -> !job.status().isFinished())
            .findFirst();
    if (running.isPresent() && left(exchange).toMillis() > 0) {
      waitOn(exchange, running.get());
      return;
    }
    shown(exchange);
    jobs(exchange).stream()
        .map(this::kept)
        .filter(job -> job.status().isFinished())
        .forEach(job -> retries.answered(job.id()));
  }

  /**
   * The body becomes a JSON array of the jobs as they are now, as in {@code GET /jobs/{id}}.
   *
   * @throws Problem where a job is not kept any more
   */
  public void shown(Exchange exchange) {
    ArrayNode body = json.createArrayNode();
    jobs(exchange).forEach(id -> body.add(view.render(kept(id))));
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(body);
  }

  /** Makes the job that a step has found the only one of this request. */
  public void found(Exchange exchange, @ExchangeProperty("job") Job job) {
    exchange.setProperty(JOBS, new ArrayList<>(List.of(job.id())));
    limit(exchange);
  }

  private Job kept(UUID id) {
    return queries
        .find(id)
        .orElseThrow(
            () -> new Problem(ProblemType.JOB_EXPIRED, "Job " + id + " is not kept any more."));
  }

  private void waitOn(Exchange exchange, Job job) {
    wait(exchange, job.id());
    exchange.setRouteStop(true);
  }

  private void later(Exchange exchange, Job job) {
    if (left(exchange).toMillis() > 0) {
      waitOn(exchange, job);
      return;
    }
    throw new Problem(
            ProblemType.JOB_NOT_READY,
            "Job %s has not ended yet, and goes on (GATEWAY_DOOR_WAIT_MAX_SECONDS)."
                .formatted(job.id()))
        .withJob(job.id())
        .withHeader("Retry-After", "1");
  }

  @SuppressWarnings("unchecked")
  static List<UUID> jobs(Exchange exchange) {
    return exchange.getProperty(JOBS, List.class);
  }
}
