package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.exchange.OnDone;
import io.comfygateway.files.FilesState;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.JobQueue;
import io.comfygateway.job.NewJob;
import io.comfygateway.problem.Problem;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps that read a request for many jobs, and check what concerns all of them. */
public final class BatchRequests {
  private static final String PATH = "POST /batches";

  private final RequestContent content;
  private final RequestReader reader;
  private final BatchCapacity capacity;
  private final JobQueue queue;
  private final FilesState files;
  private final MediaFiles media;
  private final UrlGuard guard;
  private final ObjectMapper json;
  private final InstantSource clock;

  public BatchRequests(
      RequestContent content,
      BatchCapacity capacity,
      JobQueue queue,
      FilesState files,
      MediaFiles media,
      UrlGuard guard,
      ObjectMapper json,
      InstantSource clock) {
    this.content = content;
    this.reader = new RequestReader(json);
    this.capacity = capacity;
    this.queue = queue;
    this.files = files;
    this.media = media;
    this.guard = guard;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Reads the request: the body becomes its fields as a JSON object. Sets {@code batch}.
   *
   * @throws Problem where it is no JSON object, or a header is not valid
   */
  public void read(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ReceivedForm none = new ReceivedForm(Map.of(), List.of());
    Optional<NewJob.Idempotency> idempotency =
        IdempotencyKeys.of(exchange, () -> reader.hash(exchange, PATH, none));
    ObjectNode request = reader.readJson(exchange);
    BatchSubmission batch = new BatchSubmission(caller, request, idempotency);
    exchange.setProperty("batch", batch);
    exchange.getMessage().setBody(request);
    OnDone.run(
        exchange,
        () -> {
          if (!batch.mayBeStored) {
            batch.jobs.forEach(row -> media.forget(row.job().job().id()));
          }
          capacity.release(batch);
        });
  }

  /**
   * Checks what concerns the whole. From here on the rows are what counts.
   *
   * @throws Problem where a field is not valid, or the batch is too large
   * @throws IOException where the disk is full, or the folder of files is not the right one
   */
  public void check(Exchange exchange, @ExchangeProperty("batch") BatchSubmission batch)
      throws IOException {
    if (exchange.getMessage().getBody() != batch.request) {
      batch.request = content.object(exchange);
    }
    BatchFields fields = new BatchFields(batch.request, capacity.limits().jobs());
    fields.requireKnown();
    batch.takesValidOnly = fields.takesValidOnly();
    batch.metadata = fields.metadata(json);
    batch.callback = fields.callback();
    batch.callback.ifPresent(call -> guard.check(call.url(), fields.callbackPointer()));
    queue.requireRoom(batch.caller.name(), batch.takesValidOnly ? 1 : fields.rows());
    files.require();
    capacity.take(batch, fields);
    batch.graph =
        Optional.of(batch.request.path("prompt"))
            .filter(prompt -> !prompt.isMissingNode())
            .map(SharedGraph::new);
    batch.until = clock.instant().plus(capacity.limits().time());
  }
}
