package io.comfygateway.prompt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Commits;
import io.comfygateway.job.FetchQueue;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.Stage;
import io.comfygateway.job.TakenOverException;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.BoundedJson;
import io.comfygateway.pool.Dispatcher;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.SocketPictures;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the run stage: what is sent to a ComfyUI for a prompt, and what its answers mean.
 */
public final class Prompts {
  private static final Logger LOG = LoggerFactory.getLogger(Prompts.class);
  private static final Set<String> JOB_STATES =
      Set.of("pending", "in_progress", "completed", "failed", "cancelled");
  private static final Set<String> JOB_FIELDS = Set.of("id", "status", "error");
  private static final Duration WAIT_AFTER_NO_CONNECTION = Duration.ofSeconds(1);

  private final JobStore jobs;
  private final FetchQueue fetches;
  private final Commits commits;
  private final Backends backends;
  private final RunningPrompts flights;
  private final ProgressBoard progress;
  private final InProgress inHand;
  private final SocketPictures pictures;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final String clientId;

  /**
   * Makes the steps.
   *
   * @param clientId what this gateway's WebSockets are called; ComfyUI sends a prompt's messages to
   *     its {@code client_id} only
   */
  public Prompts(
      JobStore jobs,
      FetchQueue fetches,
      Commits commits,
      Backends backends,
      Watch watch,
      ObjectMapper json,
      InstantSource clock,
      String clientId) {
    this.jobs = jobs;
    this.fetches = fetches;
    this.commits = commits;
    this.backends = backends;
    this.flights = watch.flights();
    this.progress = watch.progress();
    this.inHand = watch.inHand();
    this.pictures = watch.pictures();
    this.json = json;
    this.clock = clock;
    this.clientId = clientId;
  }

  /** What this process knows of the prompts that it works on. */
  public record Watch(
      RunningPrompts flights, ProgressBoard progress, InProgress inHand, SocketPictures pictures) {}

  /**
   * Takes a claimed job into this exchange's hands: sets {@code job}, {@code document}, {@code
   * backend} and {@code perhapsSent}. Only who claimed it, and since then alone had it, knows that
   * its prompt was not sent yet; everybody else has to look it up.
   */
  public void take(Exchange exchange, @Body UUID id, @Header(Claim.HEADER) Claim claim) {
    if (flights.has(id) || !inHand.take(id, exchange)) {
      return;
    }
    Optional<Job> job =
        jobs.hold(id, Optional.ofNullable(claim))
            .filter(found -> found.stage() == Stage.GIVEN && !flights.has(id));
    Optional<Backend> backend = job.flatMap(found -> backends.find(found.backend()));
    if (job.isPresent() && backend.isEmpty()) {
      LOG.warn(
          "job is on a backend that is no longer configured job={} backend={}",
          id,
          job.get().backend());
      jobs.giveBack(id, job.get().fence(), Duration.ZERO, job.get().place().attempts());
      return;
    }
    Optional<JobDocument> document = job.map(found -> jobs.document(id));
    if (document.filter(JobDocument::isToBeFetched).isPresent()) {
      // Accepted by a gateway of before files were fetched first.
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
    // A prompt that is sent must be known to have been given after a crash, too.
    commits.settle();
    boolean sure = claim != null && claim.job().fence() == job.fence() && jobs.isSure(claim);
    if (!sure && !jobs.keep(job.id(), job.fence())) {
      throw new TakenOverException(job.id());
    }
    ObjectNode body = json.createObjectNode();
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
    document.extraData().ifPresent(extra -> body.set("extra_data", extra));
    backends
        .nodeClasses(job.backend())
        .ifPresent(info -> info.replacements().addMeta(document.prompt(), info::knows));
    progress.follow(job.id(), document.prompt());
    pictures.begin(job.id(), document.prompt());
    exchange.setProperty("contentType", "application/json");
    flights.submissions().sending(job.id());
    return body.toString();
  }

  /**
   * Notes that the backend took the prompt, and keeps what it said of outputs that are not valid.
   * Sets {@code endedMeanwhile} where a socket told of the end already.
   *
   * @throws ForeignPromptException where it took the prompt under another id
   * @throws IOException where the answer is not ComfyUI's; whether it took the prompt is not known
   */
  public void arrived(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @Header(Exchange.CONTENT_TYPE) String contentType,
      @Body InputStream answer)
      throws IOException {
    JsonNode told = taken(contentType, answer);
    String promptId = told.path("prompt_id").asText();
    if (!promptId.equals(job.id().toString())) {
      throw new ForeignPromptException(promptId);
    }
    JsonNode nodeErrors = told.path("node_errors");
    Job given = nodeErrors.isEmpty() ? job : warned(job, nodeErrors);
    flights.arrived(given, Optional.empty(), document.tells("running"));
    LOG.info(
        "submitted job={} backend={} attempt={}", job.id(), job.backend(), job.place().attempts());
    letRead(exchange, job.id());
  }

  private JsonNode taken(String contentType, InputStream answer) throws IOException {
    try {
      JsonNode told = json.readTree(answer);
      if (told.path("prompt_id").isTextual()) {
        return told;
      }
    } catch (JsonProcessingException notJson) {
      // told below, as JSON of another shape is
    }
    throw new IOException(
        "it answered 200 to POST /prompt with "
            + (contentType == null ? "no content type" : contentType)
            + " that names no prompt_id; does a login page or another service answer in its place?");
  }

  /**
   * The backend did not take a request.
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

  /** Notes why it is not known whether the prompt has arrived. */
  public void unclear(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    flights.submissions().unclear(job.id(), Dispatcher.reason(why));
  }

  /** The body of {@code POST /queue} that takes out what was queued under another id. */
  public String deleteForeign(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    exchange.setProperty("contentType", "application/json");
    ObjectNode body = json.createObjectNode();
    body.putArray("delete")
        .add(ObjectHelper.getException(ForeignPromptException.class, why).promptId());
    return body.toString();
  }

  private Job warned(Job job, JsonNode nodeErrors) {
    JobFacts facts = job.facts().withWarnings(NodeErrors.warnings(nodeErrors));
    jobs.note(job, facts);
    return job.telling(facts);
  }

  // A frame that came while this exchange had the prompt in its hands found nobody to read the
  // history; one that comes from now on does.
  private void letRead(Exchange exchange, UUID id) {
    inHand.release(id, exchange);
    exchange.setProperty("endedMeanwhile", progress.isUnread(id));
  }

  /** Another gateway took the job over while this one was at it: nothing is sent. */
  public void letGo(@ExchangeProperty("job") Job job) {
    progress.forget(job.id());
    LOG.warn("nothing sent, job owned by another gateway job={}", job.id());
  }

  /** Puts a job whose prompt was certainly not sent back into the queue. */
  public void giveBack(
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    backends.down(backend.name(), Dispatcher.reason(why), Dispatcher.isSure(why));
    progress.forget(job.id());
    jobs.giveBack(job.id(), job.fence(), WAIT_AFTER_NO_CONNECTION, job.place().attempts() - 1);
    LOG.info(
        "given back job={} backend={} reason={}", job.id(), backend.name(), Dispatcher.reason(why));
  }

  // What a proxy says with another status is no answer, even where it is JSON.
  private static void requireOk(int status, String asked) throws IOException {
    if (status != 200) {
      throw new IOException("it answered " + status + " to " + asked);
    }
  }

  /**
   * Looks for the job in the answer of {@code GET /api/jobs/{id}}, which looks at queue and history
   * at once: sets {@code found}, and {@code lookedUp} where the answer is ComfyUI's.
   */
  public void lookInJobs(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    JsonNode told = jobTold(status, answer);
    String state = told.path("status").asText();
    boolean isJob = status == 200 && job.id().toString().equals(told.path("id").asText());
    if (isJob && JOB_STATES.contains(state)) {
      exchange.setProperty("lookedUp", true);
      foundThere(exchange, job, true, !"pending".equals(state));
    } else if (status == 404 && told.path("error").isTextual()) {
      exchange.setProperty("lookedUp", true);
      foundThere(exchange, job, false, false);
    }
  }

  // It tells the graph and the outputs of the job as well, of which nobody knows how large they
  // are.
  private static JsonNode jobTold(int status, InputStream answer) throws IOException {
    ObjectNode told = JsonNodeFactory.instance.objectNode();
    if (status == 200 || status == 404) {
      try (JsonParser parser = BoundedJson.parser(answer)) {
        parser.nextToken();
        BoundedJson.eachField(
            parser,
            (name, value) -> {
              if (JOB_FIELDS.contains(name) && value.currentToken() == JsonToken.VALUE_STRING) {
                told.put(name, value.getText());
              } else {
                value.skipChildren();
              }
            });
      }
    }
    return told;
  }

  /** Reads the answer of {@code POST /api/jobs/{id}/cancel}: sets {@code cancelledThere}. */
  public void readCancelled(
      Exchange exchange, @Header(Exchange.HTTP_RESPONSE_CODE) int status, @Body InputStream answer)
      throws IOException {
    boolean done = status == 200 && json.readTree(answer).path("cancelled").isBoolean();
    exchange.setProperty("cancelledThere", done);
  }

  /** The body of a request that says all in its path. */
  public String emptyBody(Exchange exchange) {
    exchange.setProperty("contentType", "application/json");
    return "{}";
  }

  /** Looks for the job in the answer of {@code GET /queue}: sets {@code found}. */
  public void lookInQueue(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    requireOk(status, "GET /queue");
    QueuePlace place = QueueReader.contains(answer, job.id().toString());
    foundThere(exchange, job, place != QueuePlace.ABSENT, place == QueuePlace.RUNNING);
  }

  /** Looks for the job in the answer of {@code GET /history/{id}}: sets {@code found}. */
  public void lookInHistory(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    requireOk(status, "GET /history");
    PromptResult result = HistoryReader.read(job.id().toString(), answer);
    foundThere(exchange, job, !(result instanceof PromptResult.Pending), true);
  }

  private void foundThere(Exchange exchange, Job job, boolean found, boolean running) {
    exchange.setProperty("found", found);
    if (found) {
      JobDocument document = exchange.getProperty("document", JobDocument.class);
      progress.follow(job.id(), document.prompt());
      pictures.follow(job.id(), document.prompt());
      Optional<Instant> started =
          running ? Optional.of(job.times().started().orElseGet(clock::instant)) : Optional.empty();
      flights.arrived(job, started, document.tells("running"));
      LOG.info("found job={} backend={}", job.id(), job.backend());
    }
  }

  /**
   * The ids of the prompts that are on backends which answer. Those that do not would keep all
   * others waiting.
   */
  public List<UUID> onBackends() {
    List<UUID> ids = new ArrayList<>();
    for (RunningPrompt flight : flights.all()) {
      boolean answers = backends.isUp(flight.backend()) && !backends.isSilent(flight.backend());
      if (answers && !inHand.has(flight.job())) {
        ids.add(flight.job());
      }
    }
    return ids;
  }

  /**
   * Takes a prompt that is on a backend into this exchange's hands: sets {@code flight}, {@code
   * backend} and {@code thorough}.
   */
  public void takeFlight(Exchange exchange, @Body UUID id) {
    exchange.setProperty(
        "thorough", exchange.getMessage().getHeader("thorough", false, Boolean.class));
    flights
        .find(id)
        .filter(flight -> inHand.take(id, exchange))
        .ifPresent(
            flight -> {
              progress.reading(id);
              setFlight(exchange, flight);
            });
  }

  /**
   * Lets go of a prompt that has not ended. Sets {@code endedMeanwhile} where a socket told of the
   * end after its history was read.
   */
  public void notEnded(Exchange exchange, @ExchangeProperty("flight") RunningPrompt flight) {
    letRead(exchange, flight.job());
  }

  private void setFlight(Exchange exchange, RunningPrompt flight) {
    backends
        .find(flight.backend())
        .ifPresent(
            backend -> {
              exchange.setProperty("flight", flight);
              exchange.setProperty("promptToStop", flight.job());
              exchange.setProperty("backend", backend);
            });
  }

  /** Takes a prompt that is to be stopped; nothing is set where it is being stopped already. */
  public void takeToStop(Exchange exchange, @Body UUID id) {
    flights
        .find(id)
        .filter(flight -> flights.stopping(id, "cancelled"))
        .ifPresent(flight -> setFlight(exchange, flight));
  }

  /** Reads {@code GET /history/{id}}: sets {@code result} and {@code outcome}. */
  public void readHistory(
      Exchange exchange,
      @ExchangeProperty("flight") RunningPrompt flight,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    requireOk(status, "GET /history");
    PromptResult result = HistoryReader.read(flight.job().toString(), answer);
    exchange.setProperty("result", result);
    exchange.setProperty("outcome", outcome(result));
    backends.up(flight.backend());
  }

  private static String outcome(PromptResult result) {
    if (result instanceof PromptResult.Succeeded) {
      return "succeeded";
    }
    if (result instanceof PromptResult.Failed) {
      return "failed";
    }
    return result instanceof PromptResult.Interrupted ? "interrupted" : "pending";
  }

  /**
   * Reads {@code GET /queue}: sets {@code running}, and the outcome to {@code absent} or {@code
   * overdue} where it is.
   */
  public void readQueue(
      Exchange exchange,
      @ExchangeProperty("flight") RunningPrompt flight,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    requireOk(status, "GET /queue");
    QueuePlace place = QueueReader.contains(answer, flight.job().toString());
    if (place == QueuePlace.ABSENT) {
      exchange.setProperty("outcome", "absent");
      return;
    }
    if (place == QueuePlace.RUNNING) {
      flights.started(flight.job());
      exchange.setProperty("running", true);
    }
    if (flights.overdue(flight)
        && jobs.keep(flight.job(), flight.fence())
        && flights.stopping(flight.job(), "timeout")) {
      exchange.setProperty("outcome", "overdue");
    }
  }

  /**
   * Reads the history once more of a prompt that has left the queue: {@code lost} where it is in
   * neither.
   */
  public void readHistoryAgain(
      Exchange exchange,
      @ExchangeProperty("flight") RunningPrompt flight,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    readHistory(exchange, flight, status, answer);
    if ("pending".equals(exchange.getProperty("outcome"))) {
      exchange.setProperty("outcome", "lost");
    }
  }

  /**
   * Commits what the prompt gave. The body becomes the job's id for the next stage, with the claim
   * in the header.
   */
  public void succeeded(
      Exchange exchange,
      @ExchangeProperty("flight") RunningPrompt flight,
      @ExchangeProperty("result") PromptResult.Succeeded result) {
    backends.promptSucceeded(flight.backend());
    Instant started = flight.started().orElse(flight.since());
    Instant now = clock.instant();
    // A crash takes it back; the history is then read once more.
    Optional<Claim> claim =
        commits
            .unsettled(() -> jobs.collecting(flight.given(), started, result.outputs().toString()))
            .map(job -> new Claim(job, now));
    flights.forget(flight.job());
    progress.forget(flight.job());
    inHand.release(flight.job(), exchange);
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setHeader(Claim.HEADER, claim.orElse(null));
    exchange.getMessage().setBody(flight.job());
  }

  /** The body of {@code POST /queue} that takes the prompt out of the queue. */
  public String deleteBody(Exchange exchange, @ExchangeProperty("promptToStop") UUID prompt) {
    exchange.setProperty("contentType", "application/json");
    ObjectNode body = json.createObjectNode();
    body.putArray("delete").add(prompt.toString());
    return body.toString();
  }

  /** The body of {@code POST /interrupt}; it names the prompt, so that no other is stopped. */
  public String interruptBody(@ExchangeProperty("promptToStop") UUID prompt) {
    return json.createObjectNode().put("prompt_id", prompt.toString()).toString();
  }

  /**
   * Looks at what a server answered that was told to stop a prompt.
   *
   * @throws IOException where it did not do that; it is told again
   */
  public void requireStopped(
      @ExchangeProperty("path") String path, @Header(Exchange.HTTP_RESPONSE_CODE) int status)
      throws IOException {
    requireOk(status, "POST " + path);
  }
}
