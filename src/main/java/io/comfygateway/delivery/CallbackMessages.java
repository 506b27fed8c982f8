package io.comfygateway.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.custom.CallbackMapping;
import io.comfygateway.egress.HostAlias;
import io.comfygateway.job.Batch;
import io.comfygateway.job.BatchStore;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.webhook.CallbackSigners;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.FileEntity;

/** The signed HTTP message of a callback; made anew for each try. */
public final class CallbackMessages {
  private final BatchStore batches;
  private final OutputRows outputs;
  private final OutputStore files;
  private final EventJson events;
  private final CallbackSigners signers;
  private final CallbackMapping mapping;

  /**
   * Makes the steps.
   *
   * @param mapping makes the bodies of jobs that came through a door with callbacks of its own
   */
  public CallbackMessages(
      BatchStore batches,
      OutputRows outputs,
      OutputStore files,
      EventJson events,
      CallbackSigners signers,
      CallbackMapping mapping) {
    this.batches = batches;
    this.outputs = outputs;
    this.files = files;
    this.events = events;
    this.signers = signers;
    this.mapping = mapping;
  }

  /** Sets URL, headers and body of the callback of a batch. */
  public void ofBatch(Exchange exchange, @ExchangeProperty("delivery") Delivery delivery)
      throws IOException {
    Batch batch =
        batches
            .find(delivery.job())
            .orElseThrow(() -> new IllegalStateException("no batch " + delivery.job()));
    JobDocument.Callback callback =
        batch
            .document()
            .callback()
            .orElseThrow(() -> new IllegalStateException("batch has no callback"));
    Map<String, Object> headers = new LinkedHashMap<>(callback.headers());
    send(
        exchange,
        callback,
        headers,
        signed(headers, delivery, batch.owner(), events.of(delivery, batch)));
  }

  /**
   * Sets URL, headers and body of the callback of a job.
   *
   * @throws IOException where the file or the body cannot be made
   */
  public void ofJob(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document)
      throws IOException {
    JobDocument.Callback callback =
        document.callback().orElseThrow(() -> new IllegalStateException("job has no callback"));
    List<Output> stored = "binary".equals(callback.format()) ? outputs.of(job.id()) : List.of();
    Map<String, Object> headers = new LinkedHashMap<>(callback.headers());
    Object body;
    if (!stored.isEmpty()) {
      Output output = stored.get(0);
      Path file = files.local(output.stored()).closedWith(exchange).path();
      try (InputStream bytes = Files.newInputStream(file)) {
        headers.putAll(signers.of(job.owner()).headers(delivery.id().toString(), bytes));
      }
      headers.putAll(facts(delivery, job, output, stored.size()));
      headers.put(Exchange.CONTENT_TYPE, output.stored().contentType());
      body = new FileEntity(file.toFile(), ContentType.parse(output.stored().contentType()));
    } else {
      ObjectNode event = events.of(delivery, job);
      Optional<String> mapped = callback.mapping();
      JsonNode content = mapped.isPresent() ? mapping.of(mapped.get(), event) : event;
      body = signed(headers, delivery, job.owner(), content);
    }
    send(exchange, callback, headers, body);
  }

  private byte[] signed(
      Map<String, Object> headers, Delivery delivery, String owner, JsonNode event)
      throws IOException {
    String text = event.toString();
    headers.putAll(signers.of(owner).headers(delivery.id().toString(), text));
    headers.put(Exchange.CONTENT_TYPE, "application/json");
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void send(
      Exchange exchange, JobDocument.Callback callback, Map<String, Object> headers, Object body) {
    headers.put("User-Agent", "comfyui-gateway");
    headers.put(Exchange.HTTP_URI, HostAlias.of(callback.url()));
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    headers.forEach(message::setHeader);
    message.setBody(body);
  }

  private static Map<String, Object> facts(Delivery delivery, Job job, Output output, int outputs) {
    return Map.of(
        "Gateway-Event", "job." + delivery.event(),
        "Gateway-Job-Id", job.id().toString(),
        "Gateway-Job-Status", job.status().word(),
        "Gateway-Output-Count", outputs,
        "Gateway-Output-Index", output.index(),
        "Gateway-Output-Filename", asciiOnly(output.source().filename()),
        "Gateway-Output-Sha256", output.stored().sha256());
  }

  private static String asciiOnly(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "_");
  }
}
