package io.comfygateway.api;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** What the operations answer with. */
final class Responses {
  private static final int ACCEPTED = 202;

  private Responses() {}

  /** Answers with JSON. */
  static void json(Exchange exchange, int status, String body) {
    send(exchange, status, "application/json", body);
  }

  /** Answers with a body. No header of the request is kept. */
  static void send(Exchange exchange, int status, String contentType, Object body) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setHeader(Exchange.CONTENT_TYPE, contentType);
    message.setBody(body);
  }

  /**
   * Answers 202 with what was made, and when to read it again.
   *
   * @param body its JSON
   * @param location its path
   * @param retryAfter seconds
   */
  static void accepted(Exchange exchange, String body, String location, int retryAfter) {
    json(exchange, ACCEPTED, body);
    exchange.getMessage().setHeader("Location", location);
    retryAfter(exchange, retryAfter);
    markReplayed(exchange);
  }

  /** Says in how many seconds to read it again. */
  static void retryAfter(Exchange exchange, int seconds) {
    exchange.getMessage().setHeader("Retry-After", Integer.toString(seconds));
  }

  /** Says so where an earlier request with the same Idempotency-Key had made it. */
  static void markReplayed(Exchange exchange) {
    if (IdempotencyKeys.isReplayed(exchange)) {
      exchange.getMessage().setHeader(IdempotencyKeys.REPLAYED_HEADER, "true");
    }
  }
}
