package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.route.LiveGateway;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldRequestsTest {
  private static final int MANY = 300;
  private static final int WORKERS = 64;
  @TempDir private static Path folder;
  private static ComfySimulator comfy;
  private static LiveGateway gateway;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() throws IOException {
    comfy = ComfySimulator.start(SimulatorOptions.defaults());
    gateway = LiveGateway.start(folder, comfy.url().toString());
  }

  @AfterEach
  void release() {
    comfy.release();
    gateway.restore();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    comfy.close();
  }

  private CompletableFuture<HttpResponse<String>> submitAndWait(int seconds) {
    HttpRequest.Builder request =
        gateway
            .request("/webhook/smoke", "Prefer", "wait=" + seconds)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(60))
            .POST(BodyPublishers.ofString("{}"));
    return http.sendAsync(request.build(), BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> lookAndWait(String id, int seconds) {
    HttpRequest.Builder request =
        gateway.request("/jobs/" + id, "Prefer", "wait=" + seconds).timeout(Duration.ofSeconds(60));
    return http.sendAsync(request.build(), BodyHandlers.ofString());
  }

  private void awaitHeld(int count) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.server().heldRequests(), held -> held == count);
  }

  private static long busyWorkers() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().startsWith("vert.x-worker"))
        .filter(
            thread ->
                java.util.Arrays.stream(thread.getValue())
                    .anyMatch(frame -> frame.getClassName().startsWith("org.apache.camel")))
        .count();
  }

  @Test
  void hundreds_of_requests_are_held_without_a_thread_each_and_all_are_answered() {
    long workersBefore = workers();
    comfy.hold();
    String id = gateway.submit();
    gateway.awaitStatus(id, "running");
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      answers.add(lookAndWait(id, 60));
    }
    awaitHeld(MANY);
    await().until(() -> busyWorkers() == 0);
    comfy.release();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(LiveGateway.json(answer.join()).path("status").asText()).isEqualTo("succeeded");
    }
    assertThat(gateway.server().heldRequests()).isZero();
    // The simulator is in this process too, with four of its own.
    assertThat(workers() - workersBefore).isLessThanOrEqualTo(WORKERS + 4);
  }

  private static long workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vert.x-worker"))
        .count();
  }

  @Test
  void a_submission_that_is_held_is_answered_with_the_finished_job() {
    HttpResponse<String> answer = submitAndWait(30).join();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(LiveGateway.json(answer).path("status").asText()).isEqualTo("succeeded");
    assertThat(gateway.server().heldRequests()).isZero();
  }

  @Test
  void a_held_request_is_told_of_the_job_what_a_later_look_tells() {
    JsonNode held = LiveGateway.json(submitAndWait(30).join());
    JsonNode later = LiveGateway.json(lookAndWait(held.path("id").asText(), 0).join());
    assertThat(withoutSignatures(held)).isEqualTo(withoutSignatures(later));
  }

  private static String withoutSignatures(JsonNode job) {
    return job.toPrettyString().replaceAll("expires=[^\"]*", "");
  }

  @Test
  void when_the_time_is_over_the_job_is_answered_as_it_is() {
    comfy.hold();
    HttpResponse<String> answer = submitAndWait(1).join();
    assertThat(answer.statusCode()).isEqualTo(202);
    JsonNode job = LiveGateway.json(answer);
    assertThat(job.path("status").asText()).isIn("queued", "running");
    assertThat(gateway.server().heldRequests()).isZero();
    comfy.release();
    gateway.awaitStatus(job.path("id").asText(), "succeeded");
  }

  @Test
  void a_client_that_goes_away_is_not_waited_for_any_longer() throws IOException {
    comfy.hold();
    String id = gateway.submit();
    gateway.awaitStatus(id, "running");
    URI url = gateway.request("/jobs/" + id).build().uri();
    String head =
        "GET %s HTTP/1.1\r\nHost: localhost\r\nX-API-Key: alice-0123456789abcdef\r\nPrefer: wait=60\r\n\r\n"
            .formatted(url.getPath());
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Socket client = new Socket(url.getHost(), url.getPort());
      clients.add(client);
      OutputStream out = client.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    awaitHeld(20);
    for (Socket client : clients) {
      client.close();
    }
    awaitHeld(0);
    comfy.release();
    gateway.awaitStatus(id, "succeeded");
  }

  @Test
  void a_job_that_ends_while_the_request_begins_to_wait_is_answered_at_once() {
    for (int i = 0; i < 50; i++) {
      String id = gateway.submit();
      List<String> seen = new ArrayList<>();
      while (!seen.contains("succeeded")) {
        seen.add(LiveGateway.json(lookAndWait(id, 20).join()).path("status").asText());
      }
      assertThat(seen).doesNotHaveDuplicates();
    }
    assertThat(gateway.server().heldRequests()).isZero();
  }

  @Test
  void requests_that_are_held_are_answered_by_the_routes_that_came_meanwhile() {
    comfy.hold();
    String id = gateway.submit();
    gateway.awaitStatus(id, "running");
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      answers.add(submitAndWait(60));
      answers.add(lookAndWait(id, 60));
    }
    awaitHeld(20);
    Map.of(
            "api.camel.yaml", "api-workflows",
            "webhook.camel.yaml", "webhook-finished",
            "jobs.camel.yaml", "jobs-get-held",
            "collect.camel.yaml", "job-ended")
        .forEach((file, route) -> gateway.describe(file, route, "Edited"));
    assertThat(gateway.server().heldRequests()).isEqualTo(20);
    comfy.release();
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.join().statusCode()).isEqualTo(200);
      assertThat(LiveGateway.json(answer.join()).path("status").asText()).isEqualTo("succeeded");
    }
    assertThat(gateway.server().heldRequests()).isZero();
  }

  @Test
  void a_job_that_ended_unheard_of_is_answered_all_the_same() {
    gateway.edit("collect.camel.yaml", text -> text.replace("ref: events", "ref: metrics"));
    gateway.describe("collect.camel.yaml", "job-ended", "It tells nobody");

    HttpResponse<String> answer = submitAndWait(50).join();

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(LiveGateway.json(answer).path("status").asText()).isEqualTo("succeeded");
    assertThat(gateway.server().heldRequests()).isZero();
  }
}
