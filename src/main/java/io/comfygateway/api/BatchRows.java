package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.BatchDocument.RefusedRow;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.NewJob;
import io.comfygateway.job.PreparedJob;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * The steps that make jobs of the rows of a batch. Each row takes the steps of a single submission,
 * so that the same is valid in both.
 */
public final class BatchRows {
  private static final int FAULTS_OF_A_ROW = 10;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  private final BatchCapacity capacity;
  private final JobBuilder builder;
  private final JobQueue queue;
  private final MediaFiles media;
  private final InstantSource clock;

  public BatchRows(
      BatchCapacity capacity,
      JobBuilder builder,
      JobQueue queue,
      MediaFiles media,
      InstantSource clock) {
    this.capacity = capacity;
    this.builder = builder;
    this.queue = queue;
    this.media = media;
    this.clock = clock;
  }

  private BatchFields fields(BatchSubmission batch) {
    return new BatchFields(batch.request, capacity.limits().jobs());
  }

  /** The places of the rows, from 0. */
  public List<Integer> places(@ExchangeProperty("batch") BatchSubmission batch) {
    return IntStream.range(0, fields(batch).rows()).boxed().toList();
  }

  /**
   * Makes a row the request of a single job: the body becomes its fields with those that all rows
   * have. Sets {@code row} to its place, and {@code workflow} where it names one.
   *
   * @throws Problem where the row is not valid, or the batch has taken too long
   */
  @SuppressWarnings("ReferenceEquality")
  public void row(
      Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch, @Body Integer place) {
    exchange.setProperty("row", place);
    if (clock.instant().isAfter(batch.until)) {
      batch.isOver = true;
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The first %d jobs took longer than %d s to check (GATEWAY_BATCH_MAX_SECONDS). Send smaller batches."
              .formatted(place, capacity.limits().time().toSeconds()));
    }
    ObjectNode row = fields(batch).row(place);
    Optional<String> workflow = fields(batch).workflow(place);
    if (workflow.isEmpty()) {
      SubmissionFields.require(row);
      GraphSource.requireGraph(row.path("prompt"), GraphSource.BY_FIELD);
    }
    Submission submission =
        new Submission(batch.caller, new ReceivedForm(Map.of(), List.of()), Optional.empty());
    submission.batch = Optional.of(batch.id);
    JsonNode prompt = row.get("prompt");
    submission.shared = batch.graph.filter(graph -> graph.prompt == prompt);
    submission.request = row;
    exchange.setProperty(Submission.PROPERTY, submission);
    exchange.setProperty(RequestContent.WORKFLOW, workflow.orElse(null));
    exchange.getMessage().setBody(row);
  }

  /**
   * Adds the job of a row, packed.
   *
   * @throws Problem where the row is not valid, or the batch has become too large
   * @throws IOException where a file cannot be stored
   */
  public void add(
      Exchange exchange,
      @ExchangeProperty("batch") BatchSubmission batch,
      @ExchangeProperty("row") Integer place)
      throws IOException {
    NewJob job = builder.build(exchange);
    PreparedJob prepared;
    try {
      prepared = queue.prepare(job);
    } catch (RuntimeException | Error failed) {
      media.forget(job.id());
      throw failed;
    }
    batch.jobs.add(new NewBatch.Row(place, prepared));
    batch.toBeFetched |= job.document().isToBeFetched();
    capacity.add(batch, prepared.size(), prepared.unpacked());
  }

  /** Keeps nothing of a row but what will be stored: hundreds of large graphs fill the memory. */
  public void forget(Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch) {
    exchange.removeProperty(Submission.PROPERTY);
    exchange.removeProperty(RequestContent.GRAPH);
    exchange.removeProperty(RequestContent.WORKFLOW);
    exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
    exchange.getMessage().setBody(null);
    fields(batch).forget(exchange.getProperty("row", Integer.class));
  }

  /**
   * Notes why a row is not valid.
   *
   * @throws Problem where the row is not the reason
   */
  public void refuse(
      @ExchangeProperty("batch") BatchSubmission batch,
      @ExchangeProperty("row") Integer place,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Problem why) {
    boolean isOfTheWhole =
        why.type() == ProblemType.FORBIDDEN
            || batch.isOver
            || why.status() == TOO_MANY_REQUESTS
            || why.status() >= SERVER_ERROR;
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
      batch.request = JsonNodeFactory.instance.objectNode();
      batch.graph = Optional.empty();
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
}
