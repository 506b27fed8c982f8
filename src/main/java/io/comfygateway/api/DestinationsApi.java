package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.sink.Destination;
import io.comfygateway.sink.Destinations;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/**
 * The steps that list the configured destinations and send something to one, so that an operator
 * sees whether it takes what jobs will send.
 */
public final class DestinationsApi {
  private static final String TEST_FILE = "comfyui-gateway-test.txt";

  private final Destinations destinations;
  private final ObjectMapper json;
  private final InstantSource clock;

  public DestinationsApi(Destinations destinations, ObjectMapper json, InstantSource clock) {
    this.destinations = destinations;
    this.json = json;
    this.clock = clock;
  }

  /** 200 with the names of the destinations and what each gets; their settings hold secrets. */
  public void list(Exchange exchange) {
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("destinations");
    for (String name : destinations.names()) {
      destinations
          .find(name)
          .ifPresent(
              it -> {
                ObjectNode view = list.addObject().put("name", name).put("sink", it.sink());
                ArrayNode events = view.putArray("events");
                it.events().stream().sorted().forEach(events::add);
              });
    }
    Responses.json(exchange, 200, body.toString());
  }

  /**
   * Sets what the sink of the destination in the path gets: a small text file, or an event of a job
   * that does not exist.
   *
   * @throws Problem where there is no such destination
   */
  public void prepare(Exchange exchange) {
    String name = exchange.getMessage().getHeader("name", "", String.class);
    Destination destination =
        destinations
            .find(name)
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_DESTINATION,
                        "There is no destination "
                            + StrictJson.shown(name)
                            + "; GET /destinations lists them."));
    Instant now = clock.instant();
    exchange.setProperty("sink", destination.sink());
    exchange.setProperty("destination", destination.settings());
    ObjectNode job = SampleJob.at(now, json);
    exchange.setProperty("job", job);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    for (Map.Entry<String, JsonNode> header : destination.settings().path("headers").properties()) {
      message.setHeader(header.getKey(), header.getValue().asText());
    }
    byte[] content;
    if (destination.isForEvents()) {
      content = job.toString().getBytes(StandardCharsets.UTF_8);
      message.setHeader("GatewayEvent", "job.test");
      message.setHeader("GatewayDelivery", job.path("id").asText());
      message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    } else {
      content =
          "comfyui-gateway sent this file at %s to test the destination; it may be deleted.\n"
              .formatted(now)
              .getBytes(StandardCharsets.UTF_8);
      message.setHeader(Exchange.CONTENT_TYPE, "text/plain");
    }
    exchange.setProperty(
        "output",
        json.createObjectNode()
            .put("index", 0)
            .put("filename", TEST_FILE)
            .put("content_type", "text/plain")
            .put("bytes", content.length));
    message.setHeader("GatewayKey", destination.prefix() + TEST_FILE);
    message.setHeader("GatewayKeyEncoded", encoded(destination.prefix()) + TEST_FILE);
    message.setHeader(Exchange.CONTENT_LENGTH, content.length);
    message.setBody(new ByteArrayInputStream(content));
  }

  private static String encoded(String prefix) {
    return URLEncoder.encode(prefix, StandardCharsets.UTF_8)
        .replace("%2F", "/")
        .replace("+", "%20");
  }

  /** 200 with whether the sink has taken it. */
  public void sent(Exchange exchange) {
    Message message = exchange.getMessage();
    TestSend.answered(
        exchange,
        json,
        message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class),
        message.getHeader("GatewayReason", String.class));
  }

  /** 200 with why it could not be sent. */
  public void notSent(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    TestSend.failed(exchange, json, why);
  }
}
