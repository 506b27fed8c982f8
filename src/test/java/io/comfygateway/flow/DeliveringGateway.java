package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A gateway with destinations, and its ComfyUI. */
final class DeliveringGateway implements AutoCloseable {
  private static final String DELAYS = "0s,50ms,50ms,400ms,400ms,1s,1s,1s,2s,2s,4s,4s,4s,4s";

  private final Comfy comfy = Comfy.start();
  private final TestGateway gateway;

  private DeliveringGateway(Path place, Path destinations) {
    gateway =
        TestGateway.start(
                place.resolve("data"),
                comfy.url(),
                Map.of(
                    "gateway.callback.delays",
                    DELAYS,
                    "gateway.destinations.file",
                    destinations.toString()))
            .ready();
  }

  /**
   * Starts it.
   *
   * @param place the folder of its file of destinations and of the files that this refers to
   */
  static DeliveringGateway start(Path place, String destinations) throws IOException {
    return new DeliveringGateway(
        place, Files.writeString(place.resolve("destinations.yaml"), destinations));
  }

  TestGateway gateway() {
    return gateway;
  }

  /** A job that has ended, and whose output is at a destination. */
  JsonNode run(String destination) {
    JsonNode job = submit("/webhook/smoke", body(destination));
    assertThat(isDelivered(job)).as(job.toString()).isTrue();
    return job;
  }

  /** A job that has ended. */
  JsonNode submit(String path, String body) {
    Answer answer = gateway.post(path, body, "Prefer", "wait=60");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  /** The id of a job that is not waited for. */
  String begin(String destination) {
    return gateway.post("/webhook/smoke", body(destination)).id();
  }

  private static String body(String destination) {
    return "{\"deliver\": [\"" + destination + "\"]}";
  }

  /** Why the first try at a destination failed. */
  String lastError(String destination) {
    String id = begin(destination);
    await().until(() -> gateway.job(id).path("deliveries").path(0).has("last_error"));
    return gateway.job(id).path("deliveries").path(0).path("last_error").asText();
  }

  /** Waits until a delivery was tried twice; the job then. */
  JsonNode awaitSecondTry(String id) {
    return gateway.await(id, job -> job.path("deliveries").path(0).path("attempts").asInt() >= 2);
  }

  void awaitDelivered(String id) {
    gateway.await(id, DeliveringGateway::isDelivered);
  }

  private static boolean isDelivered(JsonNode job) {
    return job.path("deliveries").path(0).path("status").asText().equals("delivered");
  }

  void redeliver(String id) {
    assertThat(gateway.post("/jobs/" + id + "/redeliver", "").status()).isEqualTo(200);
    awaitDelivered(id);
  }

  @Override
  public void close() {
    gateway.close();
    comfy.close();
  }
}
