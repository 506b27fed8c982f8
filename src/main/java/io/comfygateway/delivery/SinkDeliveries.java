package io.comfygateway.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.files.LocalFile;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputRows;
import io.comfygateway.output.OutputStore;
import io.comfygateway.sink.CopyRows;
import io.comfygateway.sink.Destination;
import io.comfygateway.sink.Destinations;
import io.comfygateway.sink.OutputCopy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.jspecify.annotations.Nullable;

/**
 * What a sink gets: one file or one event at a time, as {@code docs/destinations.md} describes it.
 */
public final class SinkDeliveries {
  private static final int LAST_SUCCESS = 299;

  private final OutputRows outputs;
  private final OutputStore files;
  private final CopyRows copies;
  private final Destinations destinations;
  private final JobRenderer renderer;
  private final ObjectMapper json;
  private final InstantSource clock;

  public SinkDeliveries(
      OutputRows outputs,
      OutputStore files,
      CopyRows copies,
      Destinations destinations,
      JobRenderer renderer,
      ObjectMapper json,
      InstantSource clock) {
    this.outputs = outputs;
    this.files = files;
    this.copies = copies;
    this.destinations = destinations;
    this.renderer = renderer;
    this.json = json;
    this.clock = clock;
  }

  /**
   * What the sink is called with, one after the other: the outputs that are not there yet, or the
   * event. Sets {@code jobJson}.
   */
  public List<?> items(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("job") Job job) {
    exchange.setProperty("jobJson", renderer.render(job));
    if (!delivery.isCopy()) {
      return List.of(delivery.event());
    }
    Set<Integer> done =
        copies.of(List.of(job.id())).stream()
            .filter(copy -> copy.destination().equals(delivery.destination().orElse("")))
            .filter(copy -> copy.location().isPresent())
            .map(OutputCopy::index)
            .collect(Collectors.toSet());
    return outputs.of(job.id()).stream().filter(output -> !done.contains(output.index())).toList();
  }

  /**
   * Opens a file for the sink: sets body, headers and properties.
   *
   * @throws IOException if the stored file cannot be read
   */
  public void file(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @ExchangeProperty("jobJson") ObjectNode jobJson,
      @Body Output output)
      throws IOException {
    Destination destination = destinations.require(delivery.destination().orElse(""));
    OutputCopy copy =
        copies.begin(
            new OutputCopy(
                job.id(),
                output.index(),
                destination.name(),
                destination.key(job, output, prefix(document, destination)),
                Optional.empty()));
    exchange.setProperty("copy", copy);
    exchange.setProperty("output", output(jobJson, output));
    LocalFile file = files.local(output.stored()).closedWith(exchange);
    exchange.setProperty("localFile", file);
    exchange.setProperty("file", file.path());
    Message message = message(exchange, destination, jobJson, copy.key());
    message.setHeader(Exchange.CONTENT_TYPE, output.stored().contentType());
    message.setHeader(Exchange.CONTENT_LENGTH, output.stored().bytes());
    message.setBody(
        new VerifiedStream(Files.newInputStream(file.path()), output.stored().sha256()));
  }

  // As the job shows it, with a link to the gateway.
  private ObjectNode output(ObjectNode jobJson, Output output) {
    for (JsonNode shown : jobJson.path("outputs")) {
      if (shown instanceof ObjectNode found && found.path("index").asInt() == output.index()) {
        return found;
      }
    }
    return json.createObjectNode().put("index", output.index());
  }

  /** Sets the event as the sink gets it: body, headers and properties. */
  public void event(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @ExchangeProperty("jobJson") ObjectNode jobJson) {
    Destination destination = destinations.require(delivery.destination().orElse(""));
    String key = destination.key(job, delivery.event(), prefix(document, destination));
    byte[] body = jobJson.toString().getBytes(StandardCharsets.UTF_8);
    Message message = message(exchange, destination, jobJson, key);
    message.setHeader("GatewayEvent", "job." + delivery.event());
    message.setHeader("GatewayDelivery", delivery.id().toString());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader(Exchange.CONTENT_LENGTH, body.length);
    message.setBody(body);
  }

  private static String prefix(JobDocument document, Destination destination) {
    Optional<String> ofShortForm =
        document
            .s3()
            .filter(s3 -> s3.destination().equals(destination.name()))
            .map(JobDocument.CopyRequest::prefix);
    return document.deliver().stream()
        .filter(target -> target.to().equals(destination.name()))
        .map(JobDocument.Target::prefix)
        .findFirst()
        .or(() -> ofShortForm)
        .orElse("");
  }

  private static Message message(
      Exchange exchange, Destination destination, ObjectNode jobJson, String key) {
    exchange.setProperty("sink", destination.sink());
    exchange.setProperty("destination", destination.settings());
    exchange.setProperty("job", jobJson);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    for (Map.Entry<String, JsonNode> header : destination.settings().path("headers").properties()) {
      message.setHeader(header.getKey(), header.getValue().asText());
    }
    message.setHeader("GatewayKey", key);
    message.setHeader("GatewayKeyEncoded", encoded(key));
    return message;
  }

  private static String encoded(String key) {
    return Arrays.stream(key.split("/"))
        .map(segment -> URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  /**
   * Makes the body one that Camel's HTTP components send with its length, as presigned URLs demand;
   * they send a stream in chunks.
   */
  public void sized(
      Exchange exchange,
      @Header(Exchange.CONTENT_LENGTH) long length,
      @Header(Exchange.CONTENT_TYPE) String type,
      @Body InputStream body) {
    exchange.getMessage().setBody(new InputStreamEntity(body, length, ContentType.parse(type)));
  }

  /**
   * The sink has returned: notes where the file is now.
   *
   * @throws SinkAnsweredException if it leaves an HTTP status that is not 2xx
   * @throws SinkFailedException if it leaves a reason
   */
  public void stored(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("copy") @Nullable OutputCopy copy,
      @ExchangeProperty("localFile") @Nullable LocalFile file)
      throws SinkAnsweredException, SinkFailedException, IOException {
    if (file != null) {
      file.close();
    }
    Message message = exchange.getMessage();
    String reason = message.getHeader("GatewayReason", String.class);
    if (reason != null) {
      throw new SinkFailedException(reason);
    }
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    if (status != null && (status < 200 || status > LAST_SUCCESS)) {
      throw new SinkAnsweredException(
          status, Optional.ofNullable(message.getHeader("Retry-After", String.class)));
    }
    if (copy != null) {
      String location = message.getHeader("GatewayLocation", copy.key(), String.class);
      copies.done(copy, location, clock.instant());
    }
  }
}
