package io.comfygateway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Through the gateway. */
final class GatewayWay implements Way {
  /** How the caller learns of the end. */
  enum Told {
    WAIT,
    POLLING,
    CALLBACK
  }

  private final Http gateway;
  private final Told told;
  private final Map<String, CompletableFuture<JsonNode>> called = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private final HttpServer receiver;

  GatewayWay(Http gateway, Told told) throws IOException {
    this.gateway = gateway;
    this.told = told;
    this.receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    receiver.setExecutor(threads);
    receiver.createContext("/", this::called);
    receiver.start();
  }

  @Override
  public String name() {
    return "gateway-" + told.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public boolean acceptsFirst() {
    return told != Told.WAIT;
  }

  @Override
  public Ticket submit(Row row, long seed) throws IOException, InterruptedException {
    Map<String, Object> inputs = new LinkedHashMap<>();
    inputs.put("Work.seed", seed);
    inputs.put("Work.kilobytes", row.kilobytes());
    inputs.put("Work.step_ms", row.workMs());
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("inputs", inputs);
    if (told == Told.CALLBACK) {
      body.put("callback_url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
    }
    String[] headers = told == Told.WAIT ? new String[] {"Prefer", "wait=90"} : new String[0];
    JsonNode job = gateway.post("/webhook/file", body, headers);
    return new Ticket(job.path("id").asText(), url(job));
  }

  @Override
  public long finish(Ticket ticket) throws IOException, InterruptedException {
    String url = ticket.output();
    if (told == Told.CALLBACK) {
      CompletableFuture<JsonNode> call = call(ticket.id());
      DirectWay.await(call);
      called.remove(ticket.id());
      url = url(call.join());
    }
    long end = System.nanoTime() + Http.LIMIT.toNanos();
    while (url.isEmpty()) {
      JsonNode job = gateway.get("/jobs/" + ticket.id());
      url = url(job);
      String status = job.path("status").asText();
      if (url.isEmpty()) {
        boolean open = status.equals("queued") || status.equals("running");
        if (!open || System.nanoTime() > end) {
          throw new IOException("job " + ticket.id() + " is " + status + ": " + job.path("error"));
        }
        Thread.sleep(DirectWay.POLL_MS);
      }
    }
    return gateway.read(url);
  }

  private CompletableFuture<JsonNode> call(String id) {
    return called.computeIfAbsent(id, ignored -> new CompletableFuture<>());
  }

  private static String url(JsonNode job) {
    return job.path("status").asText().equals("succeeded")
        ? job.path("outputs").path(0).path("url").asText()
        : "";
  }

  private void called(HttpExchange exchange) throws IOException {
    JsonNode job = Http.JSON.readTree(exchange.getRequestBody().readAllBytes()).path("data");
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
    call(job.path("id").asText()).complete(job);
  }

  @Override
  public void close() {
    receiver.stop(0);
    threads.shutdownNow();
  }
}
