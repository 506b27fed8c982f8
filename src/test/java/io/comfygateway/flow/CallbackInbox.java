package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;

/** A receiver of callbacks: keeps what it gets, and answers the n-th request (from 0) as told. */
final class CallbackInbox implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final IntUnaryOperator status;
  private volatile byte[] says = {};

  /** A request that came in. */
  record Received(String uri, Map<String, List<String>> headers, byte[] body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().get(0))
          .findFirst()
          .orElse("");
    }

    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(body);
    }
  }

  private CallbackInbox(HttpServer server, IntUnaryOperator status) {
    this.server = server;
    this.status = status;
  }

  static CallbackInbox start(IntUnaryOperator status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    CallbackInbox inbox = new CallbackInbox(server, status);
    server.setExecutor(inbox.threads);
    server.createContext("/", inbox::handle);
    server.start();
    return inbox;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    int answer;
    synchronized (received) {
      answer = status.applyAsInt(received.size());
      received.add(
          new Received(
              exchange.getRequestURI().toString(), Map.copyOf(exchange.getRequestHeaders()), body));
    }
    if (answer == 302) {
      exchange.getResponseHeaders().set("Location", url("/elsewhere"));
    }
    exchange.sendResponseHeaders(answer, says.length == 0 ? -1 : says.length);
    exchange.getResponseBody().write(says);
    exchange.close();
  }

  /** Has every answer say this. */
  CallbackInbox saying(String body) {
    says = body.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
