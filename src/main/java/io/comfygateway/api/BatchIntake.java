package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.JobQuota;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Acceptance;
import io.comfygateway.job.BatchDocument;
import io.comfygateway.job.BatchDocument.RefusedRow;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.job.Commits;
import io.comfygateway.job.JobStore;
import io.comfygateway.job.NewJob;
import io.comfygateway.job.PreparedJob;
import io.comfygateway.lifecycle.JobCompletion;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps from a request for many jobs to the stored batch. Each row takes the steps of a single
 * submission, so that the same is valid in both.
 */
public final class BatchIntake {
  private static final Logger LOG = LoggerFactory.getLogger(BatchIntake.class);
  private static final String PATH = "POST /batches";
  private static final int FAULTS_OF_A_ROW = 10;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  /** Batches of so many bytes take seconds; small ones do not wait for them. */
  private static final long LARGE = 8_388_608;

  private static final int LARGE_AT_ONCE = 2;
  private static final int BATCHES_KEPT = 4;

  private final Intake intake;
  private final Store store;
  private final UrlGuard guard;
  private final RequestReader reader;
  private final ObjectMapper json;
  private final Limits limits;
  private final InstantSource clock;

  /** Bytes of the jobs of all batches that are being made. */
  private final AtomicLong kept = new AtomicLong();

  private final Semaphore large = new Semaphore(LARGE_AT_ONCE);

  /** Where a batch is stored. */
  public record Store(JobStore jobs, Commits commits, JobCompletion completion, JobQuota quota) {}

  /**
   * How much may be in one batch.
   *
   * @param jobs how many jobs
   * @param bytes of what they run, packed, all together
   * @param unpackedBytes the same before it is packed
   * @param time how long the jobs of one batch may take to be checked
   */
  public record Limits(int jobs, long bytes, long unpackedBytes, Duration time) {}

  public BatchIntake(
      Intake intake,
      Store store,
      UrlGuard guard,
      ObjectMapper json,
      Limits limits,
      InstantSource clock) {
    this.intake = intake;
    this.store = store;
    this.guard = guard;
    this.reader = new RequestReader(json);
    this.json = json;
    this.limits = limits;
    this.clock = clock;
  }

  /** Reads the request: sets {@code batch}. */
  public void read(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ReceivedForm none = new ReceivedForm(Map.of(), List.of());
    Optional<NewJob.Idempotency> idempotency =
        Optional.ofNullable(exchange.getMessage().getHeader("Idempotency-Key", String.class))
            .map(
                key ->
                    new NewJob.Idempotency(
                        Intake.checkKey(key), reader.hash(exchange, PATH, none)));
    ObjectNode body = reader.readJson(exchange);
    BatchSubmission batch = new BatchSubmission(caller, body, idempotency);
    exchange.setProperty("batch", batch);
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                forgetFiles(batch);
                kept.addAndGet(-batch.bytes);
                if (batch.isLarge) {
                  large.release();
                }
              }
            });
  }

  private void forgetFiles(BatchSubmission batch) {
    if (!batch.mayBeStored) {
      batch.jobs.forEach(row -> intake.forgetFiles(row.job().job().id()));
    }
  }

  /** Finds the batch that the same idempotency key made before. */
  public void replay(@ExchangeProperty("batch") BatchSubmission batch) {
    batch.replayed =
        batch
            .idempotency
            .flatMap(key -> store.jobs().replayOf(batch.caller.name(), key))
            .map(Acceptance::id);
    batch
        .replayed
        .filter(id -> store.jobs().batches().find(id).isEmpty())
        .ifPresent(
            id -> {
              throw new Problem(
                  ProblemType.JOB_EXPIRED,
                  "Idempotency-Key made the batch %s before, which has ended and is not kept any more. Send a new key to run it again."
                      .formatted(id));
            });
  }

  /** Checks what concerns the whole. */
  public void check(@ExchangeProperty("batch") BatchSubmission batch) throws IOException {
    BatchFields fields = fields(batch);
    fields.requireKnown();
    batch.takesValidOnly = fields.takesValidOnly();
    batch.metadata = fields.metadata(json);
    batch.callback = fields.callback();
    batch.callback.ifPresent(call -> guard.check(call.url(), fields.callbackPointer()));
    store.jobs().expectRoom(batch.caller.name(), batch.takesValidOnly ? 1 : fields.rows());
    intake.requireSpace();
    requireRoom(batch, fields);
    batch.until = clock.instant().plus(limits.time());
  }

  // Known before any of it is done: a graph of a megabyte in a hundred rows is small to send.
  private void requireRoom(BatchSubmission batch, BatchFields fields) {
    int rows = fields.rowsWithSharedGraph();
    long graph = rows == 0 ? 0 : batch.fields.path("prompt").toString().length();
    if (graph * rows > limits.unpackedBytes()) {
      throw tooLarge("The graph of %,d characters in %d jobs is more".formatted(graph, rows));
    }
    if (graph * rows > LARGE) {
      if (!large.tryAcquire()) {
        throw busy();
      }
      batch.isLarge = true;
    }
  }

  private Problem tooLarge(String what) {
    return new Problem(
        ProblemType.TOO_LARGE,
        what
            + " than %,d bytes of graphs, unpacked, which one batch may have (GATEWAY_BATCH_MAX_UNPACKED_BYTES). Send smaller batches, or put the graph into the library and only its inputs into the jobs."
                .formatted(limits.unpackedBytes()));
  }

  private static Problem busy() {
    return new Problem(
            ProblemType.BUSY, "Other large batches are being stored. Send this one again later.")
        .withHeader("Retry-After", "5");
  }

  private BatchFields fields(BatchSubmission batch) {
    return new BatchFields(batch.fields, limits.jobs());
  }

  /** The places of the rows, from 0. */
  public List<Integer> rows(@ExchangeProperty("batch") BatchSubmission batch) {
    return IntStream.range(0, fields(batch).rows()).boxed().toList();
  }

  /** Sets {@code submission} to a row, and {@code row} to its place. */
  public void row(
      Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch, @Body Integer place) {
    exchange.setProperty("row", place);
    if (clock.instant().isAfter(batch.until)) {
      batch.isOver = true;
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The first %d jobs took longer than %d s to check (GATEWAY_BATCH_MAX_SECONDS). Send smaller batches."
              .formatted(place, limits.time().toSeconds()));
    }
    ObjectNode row = fields(batch).row(place);
    Optional<String> workflow = fields(batch).workflow(place);
    if (workflow.isEmpty()) {
      SubmissionFields.require(row);
      Intake.requireGraph(row.path("prompt"), "set workflow in the batch or in the job.");
    }
    Submission submission =
        new Submission(
            batch.caller, workflow, row, new ReceivedForm(Map.of(), List.of()), Optional.empty());
    submission.batch = Optional.of(batch.id);
    if (row.has("prompt") && row.get("prompt") == batch.fields.get("prompt")) {
      submission.shared = Optional.of(batch.graph);
    }
    exchange.setProperty("submission", submission);
  }

  /** Adds a row that is valid, packed. */
  public void add(
      @ExchangeProperty("batch") BatchSubmission batch,
      @ExchangeProperty("submission") Submission submission,
      @ExchangeProperty("row") Integer place)
      throws IOException {
    PreparedJob job;
    try {
      job = store.jobs().prepare(intake.newJob(submission));
    } catch (IOException | RuntimeException | Error failed) {
      intake.forgetFiles(submission.id);
      throw failed;
    }
    batch.jobs.add(new NewBatch.Row(place, job));
    batch.toBeFetched |= job.job().document().isToBeFetched();
    batch.bytes += job.size();
    batch.unpacked += job.unpacked();
    batch.isOver = true;
    if (kept.addAndGet(job.size()) > BATCHES_KEPT * limits.bytes()) {
      throw busy();
    }
    if (batch.unpacked > limits.unpackedBytes()) {
      throw tooLarge("The first %d jobs are more".formatted(batch.jobs.size()));
    }
    if (batch.bytes > limits.bytes()) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The graphs of the first %d jobs have more than %d bytes, packed (GATEWAY_BATCH_MAX_BYTES). Send smaller batches."
              .formatted(batch.jobs.size(), limits.bytes()));
    }
    batch.isOver = false;
  }

  /** Keeps nothing of a row but what will be stored: hundreds of large graphs fill the memory. */
  public void forget(Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch) {
    Submission submission = exchange.getProperty("submission", Submission.class);
    if (submission != null) {
      submission.forgetBody();
    }
    exchange.removeProperty("submission");
    exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
    fields(batch).forget(exchange.getProperty("row", Integer.class));
  }

  /**
   * Notes why a row is not valid.
   *
   * @throws Problem where it is no fault of the row
   */
  public void refuse(
      @ExchangeProperty("batch") BatchSubmission batch,
      @ExchangeProperty("row") Integer place,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Problem why) {
    int status = why.type().status();
    boolean isOfTheWhole =
        why.type() == ProblemType.FORBIDDEN
            || batch.isOver
            || status == TOO_MANY_REQUESTS
            || status >= SERVER_ERROR;
    if (isOfTheWhole) {
      throw why;
    }
    String row = "/jobs/" + place;
    Stream<Fault> faults =
        why.faults().isEmpty()
            ? Stream.of(new Fault(row, why.getMessage()))
            : why.faults().stream()
                .limit(FAULTS_OF_A_ROW)
                .map(fault -> new Fault(row + fault.pointer(), fault.detail()));
    batch.refused.add(new RefusedRow(place, faults.toList()));
  }

  /**
   * Demands that the rows are valid: all of them, or at least one where the others are to be left
   * out.
   *
   * @throws Problem with the faults of each row
   */
  public void requireValid(@ExchangeProperty("batch") BatchSubmission batch) {
    if (batch.refused.isEmpty() || (batch.takesValidOnly && !batch.jobs.isEmpty())) {
      batch.fields = json.createObjectNode();
      return;
    }
    int rows = batch.refused.size() + batch.jobs.size();
    throw new Problem(
        ProblemType.INVALID_INPUT,
        "%d of %d jobs do not validate, so none was stored: %s%s"
            .formatted(
                batch.refused.size(),
                rows,
                sentence(batch.refused.get(0).errors().get(0).detail()),
                batch.jobs.isEmpty() ? "" : " With \"accept\": \"valid\" the others are taken."),
        batch.refused.stream().flatMap(row -> row.errors().stream()).toList());
  }

  // Another sentence may follow.
  private static String sentence(String detail) {
    return detail.endsWith(".") || detail.endsWith("?") ? detail : detail + ".";
  }

  /** Stores the batch and all of its jobs, or nothing. */
  public void store(@ExchangeProperty("batch") BatchSubmission batch) {
    Runnable count = store.quota().prepare(batch.caller, batch.size());
    NewBatch stored =
        new NewBatch(
            batch.id,
            batch.caller.name(),
            new BatchDocument(batch.callback, batch.metadata, batch.refused),
            batch.jobs,
            batch.idempotency);
    Acceptance acceptance = accept(batch, stored, count);
    if (acceptance.replayed()) {
      batch.replayed = Optional.of(acceptance.id());
      batch.mayBeStored = false;
    } else {
      LOG.info(
          "queued batch={} caller={} jobs={} refused={}",
          batch.id,
          batch.caller.name(),
          batch.size(),
          batch.refused.size());
    }
  }

  private Acceptance accept(BatchSubmission batch, NewBatch stored, Runnable count) {
    Runnable alongside =
        () -> {
          count.run();
          for (NewBatch.Row row : stored.jobs()) {
            NewJob job = row.job().job();
            store.completion().announce(job.id(), job.document(), "queued", false);
          }
        };
    batch.mayBeStored = true;
    try {
      return store.commits().unsettled(() -> store.jobs().batches().accept(stored, alongside));
    } catch (Problem refused) {
      batch.mayBeStored = false;
      throw refused;
    }
  }
}
