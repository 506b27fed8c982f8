package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import io.comfygateway.simulator.SimulatorStats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("timing")
@Tag("slow")
class ReloadUnderLoadTest {
  private static final int CALLERS = 4;
  private static final int ROUNDS = 3;
  private static final Map<String, String> A_ROUTE_OF_EACH =
      Map.of(
          "webhook.camel.yaml", "webhook-intake",
          "jobs.camel.yaml", "jobs-get",
          "dispatch.camel.yaml", "dispatch",
          "run.camel.yaml", "run",
          "collect.camel.yaml", "collect",
          "deliver.camel.yaml", "deliver-one",
          "comfyui.camel.yaml", "comfyui-get",
          "progress.camel.yaml", "progress-socket",
          "api.camel.yaml", "api-workflows");
  @TempDir private Path folder;
  private final ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults());
  private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
  private final AtomicBoolean enough = new AtomicBoolean();
  private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
  private final Queue<String> refused = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicInteger> told = new ConcurrentHashMap<>();
  private HttpServer receiver;
  private LiveGateway gateway;

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        call -> {
          call.getRequestBody().readAllBytes();
          String id = call.getRequestURI().getPath().substring(1);
          told.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
          call.sendResponseHeaders(204, -1);
          call.close();
        });
    receiver.start();
    gateway = LiveGateway.start(folder, comfy.url().toString());
  }

  @AfterEach
  void stop() {
    callers.shutdownNow();
    gateway.close();
    receiver.stop(0);
    comfy.close();
  }

  private void call(String caller) {
    for (int n = 0; !enough.get(); n++) {
      String callback =
          "http://127.0.0.1:" + receiver.getAddress().getPort() + "/" + caller + "-" + n;
      HttpResponse<String> answer =
          gateway.post("/webhook/smoke", "{\"callback_url\":\"" + callback + "\"}");
      if (answer.statusCode() != 202) {
        refused.add("POST " + answer.statusCode() + " " + answer.body());
        continue;
      }
      String id = LiveGateway.json(answer).path("id").asText();
      accepted.add(id);
      HttpResponse<String> job = gateway.get("/jobs/" + id);
      if (job.statusCode() != 200 || !job.body().contains(id)) {
        refused.add("GET " + job.statusCode() + " " + job.body());
      }
    }
  }

  @Test
  @Timeout(300)
  void no_request_fails_and_every_job_runs_once_while_its_routes_are_edited() throws Exception {
    List<Future<?>> calling = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      String name = "caller" + caller;
      calling.add(callers.submit(() -> call(name)));
    }
    for (int round = 0; round < ROUNDS; round++) {
      String description = "Round " + round;
      A_ROUTE_OF_EACH.forEach((file, route) -> gateway.rewrite(file, route, description));
      A_ROUTE_OF_EACH.values().forEach(route -> gateway.awaitDescription(route, description));
    }
    gateway.edit("errors.camel.yaml", text -> text.replace("once for each", "once for every"));
    gateway.describe("jobs.camel.yaml", "jobs-get", "Last");
    enough.set(true);
    for (Future<?> call : calling) {
      call.get(60, TimeUnit.SECONDS);
    }

    assertThat(gateway.server().routeFaults()).isEmpty();
    assertThat(refused).isEmpty();
    assertThat(accepted).hasSizeGreaterThan(200).doesNotHaveDuplicates();
    await().atMost(Duration.ofSeconds(60)).until(() -> told.size() == accepted.size());
    SimulatorStats seen = comfy.stats();
    for (String id : accepted) {
      assertThat(LiveGateway.json(gateway.get("/jobs/" + id)).path("status").asText())
          .isEqualTo("succeeded");
      assertThat(seen.submissions(id)).as("submissions of " + id).isEqualTo(1);
    }
    assertThat(told.values()).allMatch(count -> count.get() == 1);
  }
}
