package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.KeyAdmin;
import org.apache.camel.Exchange;

/** The steps that show and change keys. */
public final class KeysApi {
  private static final int OK = 200;
  private static final int CREATED = 201;

  private final KeyAdmin desk;
  private final ObjectMapper json;

  public KeysApi(KeyAdmin desk, ObjectMapper json) {
    this.desk = desk;
    this.json = json;
  }

  /** 200 with every key, without secrets. */
  public void list(Exchange exchange) {
    answer(exchange, OK, desk.list());
  }

  /** 201 with the new key and its secret. */
  public void create(Exchange exchange) {
    ObjectNode key = desk.create(body(exchange));
    answer(exchange, CREATED, key);
  }

  /** 200 with the key that was revoked. */
  public void revoke(Exchange exchange) {
    answer(exchange, OK, desk.revoke(name(exchange)));
  }

  /** 200 with the key and its new secret. */
  public void rotate(Exchange exchange) {
    answer(exchange, OK, desk.rotate(name(exchange), body(exchange)));
  }

  private static String name(Exchange exchange) {
    return exchange.getMessage().getHeader("name", "", String.class);
  }

  private static void answer(Exchange exchange, int status, ObjectNode body) {
    Responses.json(exchange, status, body.toString());
    // A secret must not be cached.
    exchange.getMessage().setHeader("Cache-Control", "no-store");
  }

  private JsonNode body(Exchange exchange) {
    return ObjectBody.read(exchange, json).orElseGet(json::createObjectNode);
  }
}
