package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.Faults;
import io.comfygateway.simulator.SimulatorOptions;
import io.comfygateway.simulator.SimulatorStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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
    return start(SimulatorOptions.defaults().withPort(port));
  }

  static Comfy start(SimulatorOptions options) {
    return new Comfy(ComfySimulator.start(options));
  }

  SimulatorStats stats() {
    return simulator.stats();
  }

  String url() {
    return simulator.url().toString();
  }

  int port() {
    return simulator.port();
  }

  void hold() {
    simulator.hold();
  }

  void release() {
    simulator.release();
  }

  /** Lets so many prompts run to their end, then holds again. */
  void release(int prompts) {
    simulator.release(prompts);
  }

  void restart() {
    simulator.restart();
  }

  /** Ends as a process does that is killed, until {@link #comeUp()}. */
  void goDown() {
    simulator.goDown();
  }

  void comeUp() {
    simulator.comeUp();
  }

  /** Works as at the start, whatever a test made go wrong. */
  void heal() {
    simulator.comeUp();
    simulator.faults().clear();
    simulator.release();
  }

  /** Accepts WebSockets, or cuts those that are there and refuses new ones. */
  void sockets(boolean accept) {
    simulator.faults().refuseWebSockets(!accept);
    if (!accept) {
      simulator.dropWebSockets();
    }
  }

  Faults faults() {
    return simulator.faults();
  }

  /** How often a prompt was posted. */
  int submissions(String id) {
    return simulator.stats().submissions(id);
  }

  /** How often a prompt began to run. */
  int runs(String id) {
    return simulator.stats().runs(id);
  }

  /** The prompts that have run, in the order in which they ended. */
  List<String> orderOfRuns() {
    List<String> ids = new ArrayList<>();
    get("/history").fieldNames().forEachRemaining(ids::add);
    return ids;
  }

  void awaitSubmissions(String id, int count) {
    Awaitility.await().until(() -> submissions(id) >= count);
  }

  JsonNode get(String path) {
    try {
      byte[] answer = bytes(path);
      return answer.length == 0 ? JSON.createObjectNode() : JSON.readTree(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it answers to a GET. */
  byte[] bytes(String path) {
    return send(HttpRequest.newBuilder(URI.create(url() + path)));
  }

  /** What it answers to a POST of JSON. */
  JsonNode post(String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    try {
      return JSON.readTree(send(request));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray()).body();
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
