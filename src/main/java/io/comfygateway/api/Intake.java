package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.JobQuota;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Acceptance;
import io.comfygateway.job.Commits;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.Needs;
import io.comfygateway.job.NewJob;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.output.FilesFolder;
import io.comfygateway.output.S3Destination;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import io.comfygateway.workflow.AppliedInputs;
import io.comfygateway.workflow.DeclaredDefaults;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.GraphFindings;
import io.comfygateway.workflow.GraphValidation;
import io.comfygateway.workflow.Inputs;
import io.comfygateway.workflow.MediaInput;
import io.comfygateway.workflow.SeedChoice;
import io.comfygateway.workflow.SeededGraph;
import io.comfygateway.workflow.Seeds;
import io.comfygateway.workflow.ValidationMode;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** The steps of the webhook stage, from a request to a stored job. */
public final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final int LONGEST_KEY = 255;
  private static final int MOST_WARNINGS = 100;

  private final Checks checks;
  private final Store store;
  private final RequestReader reader;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Duration longestWait;

  /** What a submission is checked against. */
  public record Checks(
      WorkflowLibrary library,
      GraphPolicy policy,
      Backends backends,
      UrlGuard guard,
      Optional<S3Destination> s3,
      Graph.Limits limits,
      Seeds seeds,
      ValidationMode validation) {}

  /** Where a job is stored. */
  public record Store(
      JobStore jobs, Commits commits, JobCompletion completion, MediaFiles media, Limits limits) {}

  /** What may keep a job from being stored: a disk that is full, or a caller's quota. */
  public record Limits(FilesFolder files, JobQuota quota) {}

  /**
   * Makes the steps.
   *
   * @param longestWait how long a request is held at the most
   */
  public Intake(
      Checks checks, Store store, ObjectMapper json, InstantSource clock, Duration longestWait) {
    this.checks = checks;
    this.store = store;
    this.reader = new RequestReader(json);
    this.json = json;
    this.clock = clock;
    this.longestWait = longestWait;
  }

  /** Reads the request: sets {@code submission}, {@code wait} (seconds) and {@code binary}. */
  public void read(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ReceivedForm form = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    Optional<String> workflow =
        Optional.ofNullable(exchange.getMessage().getHeader("workflow", String.class));
    Preferences preferences = Preferences.of(exchange, longestWait);
    ObjectNode fields = reader.read(exchange, form, workflow.isPresent());
    Optional<NewJob.Idempotency> idempotency =
        Optional.ofNullable(exchange.getMessage().getHeader("Idempotency-Key", String.class))
            .map(
                key ->
                    new NewJob.Idempotency(
                        checkKey(key), reader.hash(exchange, workflow.orElse(""), form)));
    exchange.setProperty("submission", new Submission(caller, workflow, fields, form, idempotency));
    exchange.setProperty("wait", preferences.hold().toSeconds());
    exchange.setProperty("binary", preferences.binary());
  }

  static String checkKey(String key) {
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "Idempotency-Key must have 1 to " + LONGEST_KEY + " characters.");
    }
    // The same text with every execution: the second one would get the first one's job.
    Expressions.unevaluated("Idempotency-Key", key)
        .ifPresent(
            why -> {
              throw new Problem(ProblemType.INVALID_REQUEST, why);
            });
    return key;
  }

  /** Finds the job that the same idempotency key made before. */
  public void replay(@ExchangeProperty("submission") Submission submission) {
    submission.replayed =
        submission
            .idempotency
            .flatMap(key -> store.jobs().replayOf(submission.caller.name(), key))
            .map(Acceptance::id);
    submission
        .replayed
        .filter(id -> store.jobs().find(id).isEmpty())
        .ifPresent(
            id -> {
              throw new Problem(
                  ProblemType.JOB_EXPIRED,
                  "Idempotency-Key made the job "
                      + id
                      + " before, which has ended and is not kept any more. Send a new key to run it again.");
            });
  }

  /** Takes the graph from the library, or from the request; all of its nodes must be allowed. */
  public void findGraph(@ExchangeProperty("submission") Submission submission) {
    JsonNode prompt = submission.field("prompt");
    if (submission.workflowRef.isPresent()) {
      String ref = submission.workflowRef.get();
      Workflow workflow = checks.library().require(ref, submission.caller::mayRun);
      submission.fields = SubmissionFields.ofWorkflow(submission.fields, workflow);
      submission.workflow = Optional.of(workflow);
      submission.graph = workflow.graph();
    } else {
      requireGraph(prompt, "name it in the URL: POST /webhook/{workflow}.");
      submission.graph =
          submission
              .shared
              .map(shared -> shared.parsed.get(() -> ownGraph(prompt)))
              .orElseGet(() -> ownGraph(prompt));
      return;
    }
    checks.policy().requireAllowed(submission.graph, place(submission));
  }

  /**
   * Demands that a graph was sent.
   *
   * @param byName how to run a workflow of the library, as the end of a sentence
   */
  static void requireGraph(JsonNode prompt, String byName) {
    if (prompt.isMissingNode()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/prompt",
          "prompt is missing: send the graph in API format. To run a workflow of the library "
              + byName);
    }
    if (prompt.isTextual()) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/prompt",
          prompt.asText().stripLeading().startsWith("{")
              ? "prompt is a text that holds JSON: it was made JSON twice. Send the graph as an object."
              : "prompt is the graph of a workflow in API format here, not a text. To run a workflow of the library with a prompt, "
                  + byName);
    }
  }

  private Graph ownGraph(JsonNode prompt) {
    Graph graph = Graph.parse(prompt, "/prompt", checks.limits());
    checks.policy().requireAllowed(graph, "/prompt");
    return graph;
  }

  /** Checks where the result goes. */
  public void checkTargets(@ExchangeProperty("submission") Submission submission) {
    submission.callback = CallbackField.of(submission.fields);
    submission.callback.ifPresent(
        callback ->
            checks.guard().check(callback.url(), CallbackField.urlPointer(submission.fields)));
    submission.s3 = S3Field.of(submission.fields);
    submission.s3.ifPresent(
        copy -> {
          String name = checks.s3().map(S3Destination::name).orElse("");
          if (!name.equals(copy.destination())) {
            throw Problem.ofField(
                ProblemType.INVALID_INPUT,
                "/s3/destination",
                name.isEmpty()
                    ? "This gateway has no S3 destination; its operator sets GATEWAY_S3_BUCKET."
                    : "There is no S3 destination \""
                        + copy.destination()
                        + "\"; there is \""
                        + name
                        + "\".");
          }
        });
  }

  /** Sets the caller's inputs in the graph. */
  public void applyInputs(@ExchangeProperty("submission") Submission submission) {
    AppliedInputs applied = submission.once(graph -> graph.applied, () -> applied(submission));
    submission.graph = applied.graph();
    submission.media = applied.media();
    submission.applied = Optional.of(applied);
    submission.warnings.addAll(Expressions.warnings(submission.field("inputs")));
  }

  private AppliedInputs applied(Submission submission) {
    Inputs inputs = new Inputs(true, checks.backends().nodeClasses().all());
    RequestFields fields = new RequestFields(submission.fields);
    JsonNode given = fields.inputs();
    AppliedInputs applied =
        submission.workflow.isPresent()
            ? inputs.apply(submission.workflow.get(), given)
            : inputs.apply(submission.graph, given);
    fields.requireShort(
        applied.media().stream().map(MediaInput::pointer).collect(Collectors.toSet()),
        checks.limits().maxText());
    applied.graph().requireShortTexts(place(submission), checks.limits());
    return applied;
  }

  private static String place(Submission submission) {
    return submission.workflowRef.isPresent() ? "" : "/prompt";
  }

  /** Fills in the required inputs that the graph is older than, where they have a default. */
  public void fillDefaults(@ExchangeProperty("submission") Submission submission) {
    submission
        .once(
            graph -> graph.filled,
            () ->
                checks
                    .backends()
                    .nodeClasses()
                    .all()
                    .map(
                        classes ->
                            DeclaredDefaults.fill(submission.graph, classes, setLater(submission))))
        .ifPresent(
            filled -> {
              submission.graph = filled.graph();
              submission.warnings.addAll(filled.warnings());
            });
  }

  // ComfyUI says what it calls a file when it gets it.
  private static Set<String> setLater(Submission submission) {
    return submission.media.stream()
        .map(input -> input.address().toString())
        .collect(Collectors.toSet());
  }

  /**
   * Refuses what would save outside of the output folder or load from it, and what is certain to be
   * refused by every backend. What one may refuse becomes a warning of the job.
   */
  public void checkGraph(@ExchangeProperty("submission") Submission submission) {
    SharedGraph.Checked checked =
        submission.once(graph -> graph.checked, () -> checked(submission));
    submission.needs = checked.needs();
    submission.warnings.addAll(checked.warnings());
  }

  private SharedGraph.Checked checked(Submission submission) {
    String place = place(submission);
    Graph graph = submission.graph;
    checks.policy().requireSafe(graph, submission.workflow, place);
    Needs needs =
        Needs.of(graph.toJson(), submission.workflow.map(Workflow::runsOn).orElse(Set.of()));
    ValidationMode mode = checks.validation();
    checks.policy().requireClasses(graph, needs, mode, place);
    Optional<String> nowhere = checks.backends().placement().whyNowhere(needs);
    GraphFindings found =
        GraphValidation.best(
            graph, checks.backends().placement().fitting(needs), setLater(submission));
    if (checks.backends().placement().allTold()) {
      found.require(mode, place, nowhere);
    } else {
      // One that has not told may be of another version.
      found = found.asDoubtful();
    }
    if (nowhere.isPresent()) {
      throw new Problem(ProblemType.INVALID_WORKFLOW, nowhere.get());
    }
    return new SharedGraph.Checked(
        needs, mode == ValidationMode.OFF ? List.of() : found.warnings());
  }

  /** Sets the seeds. */
  public void setSeeds(@ExchangeProperty("submission") Submission submission) {
    SeededGraph seeded =
        checks
            .seeds()
            .randomise(
                submission.graph,
                SeedChoice.parse(submission.field("seed")),
                checks.backends().nodeClasses().all(),
                submission.applied.orElseThrow());
    submission.graph = seeded.graph();
    submission.warnings.addAll(seeded.warnings());
    submission.seeds = seeded.seeds();
  }

  /**
   * Stores the job. When this returns it is committed, unless another request with the same key was
   * faster; it is on the disk before the request is answered, as with every request.
   */
  public void store(@ExchangeProperty("submission") Submission submission) throws IOException {
    store.jobs().expectRoom(submission.caller.name());
    requireSpace();
    NewJob job = newJob(submission);
    Runnable count;
    try {
      count = store.limits().quota().prepare(submission.caller, 1);
    } catch (RuntimeException | Error failed) {
      forgetFiles(submission.id);
      throw failed;
    }
    Acceptance acceptance = accept(job, count);
    submission.toBeFetched = job.document().isToBeFetched();
    if (acceptance.replayed()) {
      submission.replayed = Optional.of(acceptance.id());
      forgetFiles(submission.id);
    } else {
      LOG.info(
          "queued job={} caller={} workflow={}",
          job.id(),
          job.owner(),
          job.workflow().orElse("graph"));
    }
  }

  /**
   * Demands that there is room on the disk, and that the folder of files is the right one.
   *
   * @throws IOException where nothing can be stored for the moment
   */
  void requireSpace() throws IOException {
    store.limits().files().require();
  }

  /**
   * The job that a submission makes, when all else is known. Its files are kept from then on,
   * unless this fails.
   *
   * @throws Problem where a field or a file is not valid
   */
  NewJob newJob(Submission submission) throws IOException {
    RequestFields fields = new RequestFields(submission.fields);
    int priority = fields.priority();
    Optional<Integer> timeout = fields.timeout();
    Optional<Integer> expiresIn = fields.expiresIn();
    ObjectNode metadata = fields.metadata(json);
    Optional<ObjectNode> extraData = fields.extraData();
    try {
      JobDocument document =
          new JobDocument(
              submission.graph.toJson(),
              extraData,
              keepMedia(submission),
              submission.callback,
              submission.s3,
              submission.batch);
      return new NewJob(
          submission.id,
          submission.caller.name(),
          submission.workflow.map(Workflow::ref),
          priority,
          timeout,
          expiresIn.map(seconds -> clock.instant().plusSeconds(seconds)),
          document,
          JobFacts.of(submission.seeds, metadata)
              .withWarnings(Warning.first(MOST_WARNINGS, submission.warnings)),
          submission.idempotency,
          submission.needs);
    } catch (IOException | RuntimeException | Error failed) {
      forgetFiles(submission.id);
      throw failed;
    }
  }

  private List<JobDocument.Media> keepMedia(Submission submission) throws IOException {
    try {
      return store.media().keep(submission);
    } catch (IOException e) {
      throw store.limits().files().explain(e);
    }
  }

  private Acceptance accept(NewJob job, Runnable count) {
    Runnable alongside =
        () -> {
          count.run();
          store.completion().announce(job.id(), job.document(), "queued", false);
        };
    try {
      return store.commits().unsettled(() -> store.jobs().accept(job, alongside));
    } catch (DataAccessException | TransactionException unclear) {
      // It may be stored all the same. Where it is not, the sweep finds the files.
      throw unclear;
    } catch (RuntimeException | Error failed) {
      if (isNotStored(job.id())) {
        forgetFiles(job.id());
      }
      throw failed;
    }
  }

  private boolean isNotStored(UUID job) {
    try {
      return store.jobs().find(job).isEmpty();
    } catch (DataAccessException unknown) {
      return false;
    }
  }

  // The request is answered with what was wrong with it; what is left is found by the sweep.
  void forgetFiles(UUID job) {
    try {
      store.media().forget(job);
    } catch (IOException e) {
      LOG.warn("input files of a refused request cannot be removed job={}", job, e);
    }
  }
}
