package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller sees of a job or an output that is no longer kept, and of a full disk. */
class RetentionFlowTest {
  @TempDir Path data;
  private final Comfy comfy = Comfy.start();
  private final ShiftedClock clock = new ShiftedClock();
  private TestGateway gateway;

  private void start(Map<String, String> more) {
    gateway = TestGateway.start(data, comfy.url(), more, clock).ready();
  }

  @AfterEach
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void a_job_says_when_it_expires_and_is_gone_then_and_its_key_runs_nothing_again() {
    start(Map.of("gateway.retention", "2h", "gateway.retention.interval-ms", "50"));
    JsonNode job =
        gateway.post("/webhook/smoke?respond=result", "{}", "Idempotency-Key", "once").json();
    String path = "/jobs/" + job.path("id").asText();
    assertThat(Instant.parse(job.path("expires_at").asText()))
        .isEqualTo(Instant.parse(job.path("finished_at").asText()).plus(Duration.ofHours(2)));

    clock.advance(Duration.ofHours(2));

    Awaitility.await().until(() -> gateway.get(path).status() == 404);
    assertThat(gateway.get(path + "/outputs/0").status()).isEqualTo(404);
    Answer again = gateway.post("/webhook/smoke?respond=result", "{}", "Idempotency-Key", "once");
    assertThat(again.status()).isEqualTo(410);
    assertThat(again.json().path("type").asText()).isEqualTo("/problems/job-expired");

    clock.advance(Duration.ofHours(22));
    Awaitility.await()
        .until(
            () ->
                gateway
                        .post("/webhook/smoke?respond=result", "{}", "Idempotency-Key", "once")
                        .status()
                    == 200);
  }

  @Test
  void an_output_that_made_room_for_newer_ones_says_so_and_answers_410() {
    start(Map.of("gateway.output.max-bytes", "1", "gateway.retention.interval-ms", "50"));
    String path =
        "/jobs/" + gateway.post("/webhook/smoke?respond=result", "{}").json().path("id").asText();

    JsonNode output =
        Awaitility.await()
            .until(
                () -> gateway.get(path).json().path("outputs").path(0),
                shown -> shown.has("expired_at"));
    assertThat(output.has("url")).isFalse();
    assertThat(output.path("sha256").asText()).isNotEmpty();
    Answer gone = gateway.get(path + "/outputs/0");
    assertThat(gone.status()).isEqualTo(410);
    assertThat(gone.json().path("type").asText()).isEqualTo("/problems/output-expired");
    assertThat(gone.json().path("detail").asText())
        .contains("removed at " + output.path("expired_at").asText());
  }

  @Test
  void with_a_disk_that_is_nearly_full_nothing_is_accepted_and_readiness_says_why() {
    start(Map.of("gateway.min-free-bytes", Long.toString(Long.MAX_VALUE)));

    Answer refused = gateway.post("/webhook/smoke", "{}");

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).isNotEmpty();
    assertThat(refused.json().path("type").asText()).isEqualTo("/problems/store-unavailable");
    Answer ready = gateway.get("/health/ready");
    assertThat(ready.status()).isEqualTo(503);
    assertThat(ready.json().path("parts").path("store").path("reason").asText())
        .contains("GATEWAY_MIN_FREE_BYTES");
    assertThat(gateway.get("/jobs").json().path("jobs")).isEmpty();
  }

  @Test
  void an_embedded_database_that_was_closed_under_the_gateway_is_opened_again() throws Exception {
    start(Map.of());
    String before = gateway.post("/webhook/smoke?respond=result", "{}").id();
    // As H2 does it itself after a write that failed.
    try (Connection own =
            DriverManager.getConnection(
                "jdbc:h2:durable:" + data.resolve("gateway") + ";IFEXISTS=TRUE", "gateway", "");
        Statement statement = own.createStatement()) {
      statement.execute("SHUTDOWN IMMEDIATELY");
    }

    assertThat(gateway.get("/health/live").status()).isEqualTo(200);
    Awaitility.await()
        .until(() -> gateway.post("/webhook/smoke?respond=result", "{}").status() == 200);
    assertThat(gateway.get("/jobs/" + before).status()).isEqualTo(200);
    Awaitility.await().until(() -> gateway.get("/health/ready").status() == 200);
  }

  @Test
  void a_clock_that_is_set_back_an_hour_holds_nothing_up() throws Exception {
    start(
        Map.of(
            "gateway.callback.allow", "127.0.0.1",
            "gateway.callback.delays", "0s,1s,1s",
            "gateway.recover.interval-ms", "100"));
    try (CallbackInbox inbox = CallbackInbox.start(n -> n == 0 ? 503 : 200)) {
      String path =
          "/jobs/"
              + gateway
                  .post("/webhook/smoke", "{\"callback\":{\"url\":\"" + inbox.url("/") + "\"}}")
                  .id();
      Awaitility.await()
          .until(
              () -> gateway.get(path).json().at("/deliveries/0/attempts").asInt(),
              attempts -> attempts == 1);

      clock.advance(Duration.ofHours(-1));

      Awaitility.await()
          .until(
              () -> gateway.get(path).json().at("/deliveries/0/status").asText(),
              "delivered"::equals);
      assertThat(gateway.post("/webhook/smoke?respond=result", "{}").status()).isEqualTo(200);
    }
  }

  @Test
  void with_a_folder_of_files_that_is_not_mounted_nothing_is_accepted_and_nothing_is_lost()
      throws IOException {
    start(Map.of("gateway.files-dir", data.resolve("files").toString()));
    String output =
        "/jobs/"
            + gateway.post("/webhook/smoke?respond=result", "{}").json().path("id").asText()
            + "/outputs/0";
    assertNobodyElseMayRead(data);
    Files.move(data.resolve("files"), data.resolve("away"));
    Files.createDirectory(data.resolve("files"));

    Answer refused = gateway.post("/webhook/smoke", "{}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.json().path("type").asText()).isEqualTo("/problems/store-unavailable");
    assertThat(gateway.get(output).status()).isEqualTo(503);
    assertThat(
            gateway.get("/health/ready").json().path("parts").path("store").path("reason").asText())
        .contains("mounted");

    Files.delete(data.resolve("files"));
    Files.move(data.resolve("away"), data.resolve("files"));
    assertThat(gateway.get(output).status()).isEqualTo(200);
    assertThat(gateway.post("/webhook/smoke?respond=result", "{}").status()).isEqualTo(200);
  }

  private static void assertNobodyElseMayRead(Path folder) throws IOException {
    try (Stream<Path> kept = Files.walk(folder)) {
      assertThat(kept.filter(path -> !path.equals(folder)).toList())
          .isNotEmpty()
          .allSatisfy(
              path ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                      .endsWith("------"));
    }
  }
}
