package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.egress.HostAlias;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.problem.Problem;
import io.comfygateway.webhook.CallbackSigners;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/**
 * The steps that send a signed test to a receiver of callbacks, so that an operator sees whether it
 * takes what jobs will send.
 */
public final class CallbacksApi {
  private final UrlGuard guard;
  private final CallbackSigners signers;
  private final ObjectMapper json;
  private final InstantSource clock;

  public CallbacksApi(
      UrlGuard guard, CallbackSigners signers, ObjectMapper json, InstantSource clock) {
    this.guard = guard;
    this.signers = signers;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Sets URL, headers and body: the event {@code job.test} of a job that does not exist, signed as
   * the callbacks of the caller's jobs.
   *
   * @throws Problem where the body names no URL, or one that callbacks may not lead to
   */
  public void prepare(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ObjectNode request =
        ObjectBody.readOnly(exchange, json, "url").orElseThrow(ObjectBody::missing);
    FieldReader fields = new FieldReader(request, "");
    String url = fields.text("url").orElseThrow(() -> fields.fault("url", "url is missing."));
    guard.check(url, "/url");
    Instant now = clock.instant();
    String id = UUID.randomUUID().toString();
    String event =
        json.createObjectNode()
            .put("type", "job.test")
            .put("timestamp", now.toString())
            .<ObjectNode>set("data", SampleJob.at(now, json))
            .toString();
    Map<String, String> signature = signers.of(caller.name()).headers(id, event);
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    signature.forEach(message::setHeader);
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader("User-Agent", "comfyui-gateway");
    message.setHeader(Exchange.HTTP_URI, HostAlias.of(url));
    message.setBody(event.getBytes(StandardCharsets.UTF_8));
  }

  /** 200 with what the receiver answered. */
  public void answered(Exchange exchange) throws IOException {
    Message message = exchange.getMessage();
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    InputStream answer = message.getBody(InputStream.class);
    if (answer != null) {
      // Nobody needs its content; closing it frees the connection.
      answer.close();
    }
    TestSend.answered(exchange, json, status, null);
  }

  /** 200 with why nobody answered. */
  public void failed(
      Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    TestSend.failed(exchange, json, why);
  }
}
