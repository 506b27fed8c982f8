package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A simulated ComfyUI, steered over HTTP as a test of another process would. */
final class Comfy implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ComfySimulator simulator;

  private Comfy(ComfySimulator simulator) {
    this.simulator = simulator;
  }

  static Comfy start() {
    return startOn(0);
  }

  static Comfy startOn(int port) {
    return new Comfy(ComfySimulator.start(SimulatorOptions.standard().withPort(port)));
  }

  String url() {
    return simulator.url().toString();
  }

  int port() {
    return simulator.port();
  }

  void hold() {
    post("/simulator/hold", "");
  }

  void release() {
    post("/simulator/release", "");
  }

  void restart() {
    post("/simulator/restart", "{}");
  }

  /** Accepts WebSockets, or cuts those that are there and refuses new ones. */
  void sockets(boolean accept) {
    post("/simulator/sockets", "{\"accept\":" + accept + "}");
  }

  void fault(String name, int count) {
    post("/simulator/faults", "{\"" + name + "\":" + count + "}");
  }

  /** How often a prompt was posted. */
  int submissions(String id) {
    return get("/simulator/stats").path("submissions").path(id).asInt();
  }

  /** How often a prompt began to run. */
  int runs(String id) {
    return get("/simulator/stats").path("runs").path(id).asInt();
  }

  List<String> orderOfRuns() {
    List<String> ids = new ArrayList<>();
    get("/simulator/stats").path("runs").fieldNames().forEachRemaining(ids::add);
    return ids;
  }

  void awaitSubmissions(String id, int count) {
    Awaitility.await().until(() -> submissions(id) >= count);
  }

  JsonNode get(String path) {
    return send(HttpRequest.newBuilder(URI.create(url() + path)));
  }

  private void post(String path, String body) {
    send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      byte[] answer = http.send(request.build(), BodyHandlers.ofByteArray()).body();
      return answer.length == 0 ? JSON.createObjectNode() : JSON.readTree(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    simulator.close();
  }
}
