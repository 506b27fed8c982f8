package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkInFlightTest {
  private static final String VIEW = "GET /view";
  @TempDir private Path folder;
  private final ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults());
  private LiveGateway gateway;

  private void start(Map<String, String> settings) throws IOException {
    gateway = LiveGateway.start(folder, comfy.url().toString(), settings);
  }

  @AfterEach
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void an_edit_waits_for_the_work_that_is_under_way() throws IOException {
    start(Map.of());
    comfy.faults().delayViews(Duration.ofSeconds(2));
    String id = gateway.submit();
    await().until(() -> comfy.stats().requests(VIEW) == 1);
    gateway.describe("collect.camel.yaml", "collect", "Edited");
    gateway.awaitStatus(id, "succeeded");
    assertThat(comfy.stats().requests(VIEW)).isEqualTo(1);
  }

  @Test
  void work_that_takes_too_long_is_interrupted_and_taken_up_again_within_seconds()
      throws IOException {
    start(Map.of("gateway.routes.drain-seconds", "1"));
    comfy.faults().delayViews(Duration.ofSeconds(4));
    String id = gateway.submit();
    await().until(() -> comfy.stats().requests(VIEW) == 1);
    comfy.faults().clear();
    gateway.describe("collect.camel.yaml", "collect", "Edited");
    gateway.awaitStatus(id, "succeeded");
    assertThat(comfy.stats().submissions(id)).isEqualTo(1);
    assertThat(comfy.stats().requests(VIEW)).isEqualTo(2);
  }

  @Test
  void a_prompt_whose_route_is_interrupted_while_it_is_sent_is_not_sent_again() throws IOException {
    start(Map.of("gateway.routes.drain-seconds", "1"));
    comfy.hold();
    String id = gateway.submit();
    await().until(() -> comfy.stats().submissions(id) == 1);
    for (int i = 0; i < 3; i++) {
      gateway.describe("run.camel.yaml", "run", "Edited " + i);
      gateway.describe("dispatch.camel.yaml", "dispatch", "Edited " + i);
    }
    comfy.release();
    gateway.awaitStatus(id, "succeeded");
    assertThat(comfy.stats().submissions(id)).isEqualTo(1);
  }

  @Test
  void what_waits_in_a_queue_is_there_for_the_routes_that_come() throws IOException {
    int jobs = 12;
    CountDownLatch open = new CountDownLatch(1);
    Queue<String> received = new ConcurrentLinkedQueue<>();
    ExecutorService answering = Executors.newCachedThreadPool();
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.setExecutor(answering);
    receiver.createContext(
        "/",
        call -> {
          received.add(call.getRequestHeaders().getFirst("webhook-id"));
          try {
            open.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          call.sendResponseHeaders(204, -1);
          call.close();
        });
    receiver.start();
    start(Map.of("gateway.deliver.consumers", "1", "gateway.callback.per-receiver", "100"));
    String body =
        "{\"callback_url\":\"http://127.0.0.1:" + receiver.getAddress().getPort() + "/\"}";
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      ids.add(LiveGateway.json(gateway.post("/webhook/smoke", body)).path("id").asText());
    }
    ids.forEach(id -> gateway.awaitStatus(id, "succeeded"));
    assertThat(received).hasSize(1);
    gateway.edit(
        "deliver.camel.yaml",
        text -> text.replace("description: One attempt of one delivery", "description: Edited"));
    open.countDown();
    await().atMost(Duration.ofSeconds(10)).until(() -> received.size() == jobs);
    assertThat(received).doesNotHaveDuplicates();
    // The file is looked at by the clock, so the newer route may come after the last callback.
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(gateway.server().context().getRoute("deliver-one"))
                    .isNotNull()
                    .extracting(route -> route.getDescription())
                    .isEqualTo("Edited"));
    assertThat(received).hasSize(jobs).doesNotHaveDuplicates();
    receiver.stop(0);
    answering.shutdownNow();
  }
}
