package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.EntriesBody;
import java.util.Iterator;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Responses in the shapes of ComfyUI's own API. */
final class ClientResponses {
  private static final String JSON = "application/json; charset=utf-8";
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;

  private ClientResponses() {}

  /** 200 with JSON. */
  static void json(Exchange exchange, JsonNode body) {
    send(exchange, OK, JSON, body.toString());
  }

  /** JSON with another status. */
  static void json(Exchange exchange, int status, JsonNode body) {
    send(exchange, status, JSON, body.toString());
  }

  /** 200 with JSON that is made while it is sent. */
  static void entries(Exchange exchange, Iterator<byte[]> json) {
    send(exchange, OK, JSON, new EntriesBody(json));
  }

  /** 200 with nothing, as ComfyUI answers whether or not anything happened. */
  static void empty(Exchange exchange) {
    send(exchange, OK, "application/octet-stream", "");
  }

  /** 400 for a prompt that cannot run; the route stops. */
  static void refuse(Exchange exchange, ObjectNode error) {
    refuse(exchange, error, JsonNodeFactory.instance.objectNode());
  }

  /** The same with what is wrong with each node. */
  static void refuse(Exchange exchange, ObjectNode error, ObjectNode nodeErrors) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("error", error);
    body.set("node_errors", nodeErrors);
    json(exchange, BAD_REQUEST, body);
    exchange.setRouteStop(true);
  }

  /** ComfyUI's {@code error}. */
  static ObjectNode error(String type, String message, String details) {
    ObjectNode error = JsonNodeFactory.instance.objectNode();
    error.put("type", type).put("message", message).put("details", details);
    error.putObject("extra_info");
    return error;
  }

  /** A response; no header of the request is kept. */
  static void send(Exchange exchange, int status, String contentType, Object body) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setHeader(Exchange.CONTENT_TYPE, contentType);
    message.setBody(body);
  }
}
