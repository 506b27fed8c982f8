package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.database.Commits;
import io.comfygateway.job.Claim;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobLeases;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.Stage;
import io.comfygateway.job.TakenOverException;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendFailure;
import io.comfygateway.pool.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a claimed job's prompt to its server with {@code POST /prompt}, and reads the answer. */
public final class PromptSubmission {
  private static final Logger LOG = LoggerFactory.getLogger(PromptSubmission.class);

  // SaveImage and its like write each field of extra_pnginfo into the file.
  private static final String PNG_INFO = "extra_pnginfo";
  private static final String WORKFLOW = "workflow";

  private final JobQueries queries;
  private final JobLeases leases;
  private final JobTransitions transitions;
  private final FetchQueue fetches;
  private final Commits commits;
  private final Backends backends;
  private final PromptTracker tracker;
  private final OutputMetadata metadata;
  private final ObjectMapper json;
  private final String clientId;
  private final Duration pause;

  /**
   * Makes the steps.
   *
   * @param metadata what outputs carry for ComfyUI's editor
   * @param clientId the client id of this gateway's WebSockets; ComfyUI sends a prompt's messages
   *     to its {@code client_id} only
   * @param pause before a job whose server accepted no connection is dispatched again
   */
  public PromptSubmission(
      JobQueries queries,
      JobLeases leases,
      JobTransitions transitions,
      FetchQueue fetches,
      Commits commits,
      Backends backends,
      PromptTracker tracker,
      OutputMetadata metadata,
      ObjectMapper json,
      String clientId,
      Duration pause) {
    this.queries = queries;
    this.leases = leases;
    this.transitions = transitions;
    this.fetches = fetches;
    this.commits = commits;
    this.backends = backends;
    this.tracker = tracker;
    this.metadata = metadata;
    this.json = json;
    this.clientId = clientId;
    this.pause = pause;
  }

  /**
   * Takes a claimed job: sets {@code job}, {@code document}, {@code backend} and {@code
   * perhapsSent}, or nothing where another exchange has the job. Only the process that claimed it,
   * and has held it since, knows that its prompt was not sent yet; any other has to look it up.
   */
  public void take(Exchange exchange, @Body UUID id, @Header(Claim.HEADER) Claim claim) {
    if (tracker.isOnBackend(id) || !tracker.take(id, exchange)) {
      return;
    }
    Optional<Job> job =
        leases
            .renew(id, Optional.ofNullable(claim))
            .filter(found -> found.stage() == Stage.SUBMITTED && !tracker.isOnBackend(id));
    Optional<Backend> backend = job.flatMap(found -> backends.find(found.backend()));
    if (job.isPresent() && backend.isEmpty()) {
      LOG.warn(
          "job is on a backend that is no longer configured job={} backend={}",
          id,
          job.get().backend());
      transitions.requeue(id, job.get().fence(), Duration.ZERO, job.get().place().attempts());
      return;
    }
    Optional<JobDocument> document = job.map(found -> queries.document(id));
    if (document.filter(JobDocument::isToBeFetched).isPresent()) {
      // Accepted by an older gateway, which fetched files only when the prompt was sent.
      fetches.fetchFirst(job.get());
      return;
    }
    job.ifPresent(
        found -> {
          exchange.setProperty("job", found);
          exchange.setProperty("document", document.get());
          exchange.setProperty("backend", backend.get());
          exchange.setProperty(
              "perhapsSent", claim == null || claim.job().fence() != found.fence());
        });
  }

  /**
   * The body of {@code POST /prompt}.
   *
   * @throws TakenOverException where another gateway has the job by now, and sends it
   */
  public String body(
      Exchange exchange,
      @Header(Claim.HEADER) Claim claim,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document)
      throws IOException, TakenOverException {
    // After a crash, too, it must be known that a prompt which was sent had been claimed.
    commits.flush();
    boolean sure = claim != null && claim.job().fence() == job.fence() && leases.isCertain(claim);
    if (!sure && !leases.renew(job.id(), job.fence())) {
      throw new TakenOverException(job.id());
    }
    ObjectNode body = json.createObjectNode();
    Optional<ObjectNode> extraData = extraData(job, document);
    body.set("prompt", document.prompt());
    for (String node : job.facts().nodesAgain()) {
      // ComfyUI ignores an input that a class does not declare, but no longer finds the node in its
      // cache; what the node depends on stays there.
      if (document.prompt().path(node).path("inputs") instanceof ObjectNode inputs) {
        inputs.put("gateway_again", job.id().toString());
      }
    }
    body.put("prompt_id", job.id().toString());
    body.put("client_id", clientId);
    extraData.ifPresent(extra -> body.set("extra_data", extra));
    document
        .client()
        .filter(client -> !client.targets().isEmpty())
        .ifPresent(
            client -> body.set("partial_execution_targets", json.valueToTree(client.targets())));
    backends
        .nodeClasses()
        .of(job.backend())
        .ifPresent(info -> info.replacements().addMeta(document.prompt(), info::knows));
    exchange.setProperty("contentType", "application/json");
    tracker.sending(job, document);
    return body.toString();
  }

  /** The caller's own, and the editor's file unless the caller has sent one. */
  private Optional<ObjectNode> extraData(Job job, JobDocument document) {
    JsonNode given =
        document.extraData().map(extra -> extra.path(PNG_INFO)).orElse(MissingNode.getInstance());
    boolean isOpen = given.isMissingNode() || given.isNull() || given.isObject();
    Optional<JsonNode> workflow =
        isOpen && !given.has(WORKFLOW)
            ? metadata.workflow(job, document.prompt())
            : Optional.empty();
    if (workflow.isEmpty()) {
      return document.extraData();
    }
    ObjectNode extra = json.createObjectNode();
    document.extraData().ifPresent(extra::setAll);
    ObjectNode info = extra.putObject(PNG_INFO);
    if (given instanceof ObjectNode more) {
      info.setAll(more);
    }
    info.set(WORKFLOW, workflow.get());
    return Optional.of(extra);
  }

  /**
   * Records that the server accepted the prompt, and keeps as warnings what it said of outputs that
   * are not valid. Sets {@code endedMeanwhile} where the WebSocket has already reported the end.
   *
   * @throws ForeignPromptException where the server accepted it under another id
   * @throws IOException where the answer is not ComfyUI's, so that it is not known whether the
   *     server has the prompt
   */
  public void accepted(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @Header(Exchange.CONTENT_TYPE) String contentType,
      @Body InputStream answer)
      throws IOException {
    JsonNode read = read(contentType, answer);
    String promptId = read.path("prompt_id").asText();
    if (!promptId.equals(job.id().toString())) {
      throw new ForeignPromptException(promptId);
    }
    JsonNode nodeErrors = read.path("node_errors");
    tracker.accepted(nodeErrors.isEmpty() ? job : warned(job, nodeErrors), document, nodeErrors);
    LOG.info(
        "submitted job={} backend={} attempt={}", job.id(), job.backend(), job.place().attempts());
    exchange.setProperty("endedMeanwhile", tracker.release(job.id(), exchange));
  }

  private JsonNode read(String contentType, InputStream answer) throws IOException {
    try {
      JsonNode read = json.readTree(answer);
      if (read.path("prompt_id").isTextual()) {
        return read;
      }
    } catch (JsonProcessingException notJson) {
      // reported below, as JSON of another shape is
    }
    throw new IOException(
        "it answered 200 to POST /prompt with "
            + (contentType == null ? "no content type" : contentType)
            + " that names no prompt_id; does a login page or another service answer in its place?");
  }

  private Job warned(Job job, JsonNode nodeErrors) {
    JobFacts facts = job.facts().withWarnings(NodeErrors.warnings(nodeErrors));
    transitions.note(job, facts);
    return job.withFacts(facts);
  }

  /**
   * The server did not accept the prompt.
   *
   * @throws RequestRejectedException always
   */
  public void rejected(
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header(Exchange.CONTENT_TYPE) String contentType,
      @Header("Retry-After") String retryAfter)
      throws RequestRejectedException {
    throw RequestRejectedException.of(status, "POST /prompt", contentType, retryAfter);
  }

  /** Records why it is not known whether the server has the prompt. */
  public void unclear(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    tracker.unclear(job.id(), BackendFailure.of(why).reason());
  }

  /** Another gateway has taken the job over while this one prepared it: nothing is sent. */
  public void takenOver(@ExchangeProperty("job") Job job) {
    tracker.forget(job.id());
    LOG.warn("nothing sent, job owned by another gateway job={}", job.id());
  }

  /** Puts a job whose prompt was certainly not sent back into the queue. */
  public void giveBack(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    BackendFailure failure = BackendFailure.of(why);
    backends.health().down(backend.name(), failure);
    tracker.forget(job.id());
    transitions.requeue(job.id(), job.fence(), pause, job.place().attempts() - 1);
    LOG.info("given back job={} backend={} reason={}", job.id(), backend.name(), failure.reason());
  }
}
