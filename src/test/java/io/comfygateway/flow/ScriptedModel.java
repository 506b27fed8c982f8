package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A language model that always does the same: calls the first tool that it is offered twice with
 * the same values, and then answers with the link that the second call gave. It speaks the streamed
 * chat completions of OpenAI's API.
 */
final class ScriptedModel implements AutoCloseable {
  /** How often it calls the tool. */
  static final int CALLS = 2;

  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpServer server;
  private final String arguments;

  private ScriptedModel(HttpServer server, String arguments) {
    this.server = server;
    this.arguments = arguments;
  }

  static ScriptedModel start(String arguments) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ScriptedModel model = new ScriptedModel(server, arguments);
    server.createContext("/v1/chat/completions", model::complete);
    server.start();
    return model;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  private void complete(HttpExchange exchange) throws IOException {
    JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
    JsonNode messages = request.path("messages");
    JsonNode last = messages.path(messages.size() - 1);
    boolean toolHasAnswered = "tool".equals(last.path("role").asText());
    ObjectNode delta = JSON.createObjectNode().put("role", "assistant");
    if (toolHasAnswered) {
      JsonNode job = JSON.readTree(last.path("content").asText()).path(0);
      delta.put("content", "![picture](" + job.path("outputs").path(0).path("url").asText() + ")");
    } else {
      String tool = request.path("tools").path(0).path("function").path("name").asText();
      ArrayNode calls = delta.putArray("tool_calls");
      for (int i = 0; i < CALLS; i++) {
        ObjectNode call = calls.addObject();
        call.put("index", i).put("id", "call_" + i).put("type", "function");
        call.putObject("function").put("name", tool).put("arguments", arguments);
      }
    }
    String answer =
        event(delta, null)
            + event(JSON.createObjectNode(), toolHasAnswered ? "stop" : "tool_calls")
            + "data: [DONE]\n\n";
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
    exchange.close();
  }

  private static String event(ObjectNode delta, String finish) {
    ObjectNode chunk = JSON.createObjectNode();
    chunk.put("id", "1").put("object", "chat.completion.chunk").put("created", 1).put("model", "m");
    ArrayNode choices = chunk.putArray("choices");
    choices.addObject().put("index", 0).put("finish_reason", finish).set("delta", delta);
    return "data: " + chunk + "\n\n";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
