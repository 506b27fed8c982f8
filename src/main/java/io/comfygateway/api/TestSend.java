package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.delivery.Outcome;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** What came of a test that was sent to a receiver or a destination, as the contract shows it. */
final class TestSend {
  private static final int OK = 200;
  private static final int FIRST_SUCCESS = 200;
  private static final int LAST_SUCCESS = 299;

  private TestSend() {}

  /**
   * 200 with whether it was taken.
   *
   * @param status that the receiver answered, if it speaks HTTP
   * @param reason why it was not taken, whatever the status
   */
  static void answered(
      Exchange exchange, ObjectMapper json, @Nullable Integer status, @Nullable String reason) {
    boolean isTaken =
        reason == null && (status == null || (status >= FIRST_SUCCESS && status <= LAST_SUCCESS));
    ObjectNode body = result(exchange, json, isTaken);
    if (status != null) {
      body.put("status", status);
    }
    if (!isTaken) {
      body.put("error", reason == null ? "the receiver answered " + status : reason);
    }
    Responses.json(exchange, OK, body.toString());
  }

  /** 200 with why it could not be sent. */
  static void failed(Exchange exchange, ObjectMapper json, Exception why) {
    ObjectNode body = result(exchange, json, false);
    Outcome outcome = Outcome.of(why);
    if (outcome instanceof Outcome.Answered answered) {
      body.put("status", answered.status());
    }
    Responses.json(exchange, OK, body.put("error", inWords(outcome)).toString());
  }

  private static String inWords(Outcome outcome) {
    if (outcome instanceof Outcome.Answered answered) {
      return "the receiver answered " + answered.status();
    }
    if (outcome instanceof Outcome.NotStored refused) {
      return "the S3 server answered %d %s".formatted(refused.status(), refused.code()).strip();
    }
    if (outcome instanceof Outcome.Refused refused) {
      return refused.reason();
    }
    return outcome instanceof Outcome.NoAnswer none ? none.reason() : "";
  }

  private static ObjectNode result(Exchange exchange, ObjectMapper json, boolean isTaken) {
    return json.createObjectNode()
        .put("sent", isTaken)
        .put("took_ms", exchange.getClock().elapsed());
  }
}
