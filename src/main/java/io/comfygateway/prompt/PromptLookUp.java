package io.comfygateway.prompt;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for a prompt that may have been sent on its server, so that none is sent twice. Each step
 * reads one answer and sets {@code found}.
 */
public final class PromptLookUp {
  private static final Logger LOG = LoggerFactory.getLogger(PromptLookUp.class);

  private final PromptTracker tracker;
  private final InstantSource clock;

  public PromptLookUp(PromptTracker tracker, InstantSource clock) {
    this.tracker = tracker;
    this.clock = clock;
  }

  /**
   * Reads the answer of {@code GET /api/jobs/{id}}, which covers queue and history at once. Also
   * sets {@code lookedUp} where the answer is ComfyUI's; otherwise queue and history have to be
   * read.
   */
  public void readJob(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    Optional<PromptPlace> place = JobStateReader.read(job.id().toString(), status, answer);
    if (place.isPresent()) {
      exchange.setProperty("lookedUp", true);
      record(exchange, job, place.get());
    }
  }

  /**
   * Reads the answer of {@code GET /queue}.
   *
   * @throws IOException where it is not ComfyUI's
   */
  public void readQueue(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    record(exchange, job, ComfyAnswer.queue(job.id(), status, answer));
  }

  /**
   * Reads the answer of {@code GET /history/{id}}.
   *
   * @throws IOException where it is not ComfyUI's
   */
  public void readHistory(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    PromptResult result = ComfyAnswer.history(job.id(), status, answer);
    record(
        exchange,
        job,
        result instanceof PromptResult.Pending ? PromptPlace.ABSENT : PromptPlace.ENDED);
  }

  private void record(Exchange exchange, Job job, PromptPlace place) {
    boolean found = place != PromptPlace.ABSENT;
    exchange.setProperty("found", found);
    if (found) {
      Optional<Instant> started =
          place == PromptPlace.WAITING
              ? Optional.empty()
              : Optional.of(job.times().started().orElseGet(clock::instant));
      tracker.found(job, exchange.getProperty("document", JobDocument.class), started);
      LOG.info("found job={} backend={}", job.id(), job.backend());
    }
  }
}
