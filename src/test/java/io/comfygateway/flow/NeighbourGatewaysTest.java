package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways on one PostgreSQL whose clocks do not tick while a test runs: what one of them hears
 * of the other, it was told.
 */
@TestInstance(Lifecycle.PER_CLASS)
class NeighbourGatewaysTest {
  private static final String MINUTES = "600000";

  /** A prompt that takes longer than the time between two messages of events. */
  private static final String SLOW =
      """
      {"prompt": {
        "1": {"class_type": "SlowImage", "inputs": {"width": 8, "height": 8, "seed": 1,
              "steps": 20, "step_ms": 60, "fail": false}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0],
              "filename_prefix": "slow"}}}}
      """;

  private Path folder;
  private Comfy comfy;
  private TestGateway working;
  private TestGateway asked;
  private Database.Address address;

  @BeforeAll
  void start(@TempDir Path place) {
    folder = place;
    comfy = Comfy.start();
    address = DatabaseKind.POSTGRESQL.inNewPlace(folder);
    working = gateway("working", address).ready();
    asked = gateway("asked", address).ready();
  }

  private TestGateway gateway(String name, Database.Address address) {
    return gateway(name, address, Map.of());
  }

  private TestGateway gateway(String name, Database.Address address, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("gateway.db.url", address.url().orElseThrow());
    settings.put("gateway.db.user", address.user().orElseThrow());
    settings.put("gateway.master-key", Cluster.MASTER_KEY);
    settings.put("gateway.files-dir", folder.resolve("files").toString());
    settings.put("gateway.dispatch.interval-ms", MINUTES);
    settings.put("gateway.recover.interval-ms", MINUTES);
    settings.put("gateway.lease-seconds", "3600");
    settings.putAll(more);
    return TestGateway.start(folder.resolve(name), comfy.url(), settings);
  }

  @AfterEach
  void release() {
    comfy.release();
  }

  @AfterAll
  void stop() {
    asked.close();
    working.close();
    comfy.close();
  }

  private String running() {
    comfy.hold();
    String id = working.post("/webhook/smoke", "{}").id();
    // The one that runs it knows it a moment before the store does.
    asked.await(id, "running");
    return id;
  }

  @Test
  void a_request_that_one_holds_is_answered_when_the_other_one_ends_the_job() throws Exception {
    String id = running();
    CompletableFuture<Answer> answer =
        CompletableFuture.supplyAsync(
            () -> asked.getWith("/jobs/" + id, TestGateway.KEY, "Prefer", "wait=90"));
    Awaitility.await().until(() -> asked.server().heldRequests() == 1);

    comfy.release();

    assertThat(answer.get(30, TimeUnit.SECONDS).json().path("status").asText())
        .isEqualTo("succeeded");
  }

  @Test
  void one_with_another_callback_secret_is_told_in_readiness_and_stays_ready() {
    Answer agreeing =
        Awaitility.await()
            .until(
                () -> asked.get("/health/ready"),
                ready -> ready.json().at("/parts/gateways/status").asText().equals("up"));
    assertThat(agreeing.status()).isEqualTo(200);

    try (TestGateway other =
        gateway("other", address, Map.of("gateway.callback.secret", "whsec_" + "QUFB".repeat(8)))
            .ready()) {
      Answer ready =
          Awaitility.await()
              .until(
                  () -> other.get("/health/ready"),
                  it -> it.json().at("/parts/gateways/status").asText().equals("down"));
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.json().at("/parts/gateways/faults").toString())
          .contains("GATEWAY_CALLBACK_SECRET")
          .doesNotContain("whsec_");
    }
  }

  @Test
  void who_listens_at_one_is_sent_what_happens_at_the_other() {
    try (EventClient client = EventClient.open(asked.request("/events", TestGateway.KEY))) {
      // It tells the other one that somebody listens, and until then no progress comes.
      Awaitility.await()
          .until(
              () -> {
                String id = working.post("/webhook", SLOW).id();
                client.await(event -> event.name().equals("finished") && event.job().equals(id));
                assertThat(client.of(id).stream().map(EventClient.Event::word))
                    .containsSubsequence(
                        "status queued", "status running", "output", "finished succeeded");
                return client.events().stream().anyMatch(it -> it.name().equals("progress"));
              });
    }
  }

  @Test
  void what_is_cancelled_at_one_is_stopped_by_the_other_one_that_runs_it() {
    String id = running();

    assertThat(asked.delete("/jobs/" + id).status()).isEqualTo(202);

    asked.await(id, "cancelled");
    assertThat(comfy.get("/queue").path("queue_running")).isEmpty();
  }

  @Test
  void the_socket_at_one_gets_the_frames_of_a_prompt_that_the_other_one_runs() {
    comfy.hold();
    ClientConnection client =
        ClientConnection.open(
            asked.url(), "/ws?clientId=far", "Authorization", "Bearer " + TestGateway.KEY);
    String prompt =
        working
            .post(
                "/prompt",
                """
                {"client_id": "far", "prompt": {
                  "1": {"class_type": "SlowImage", "inputs": {"width": 8, "height": 8, "seed": 1,
                        "steps": 2, "step_ms": 1, "fail": false}},
                  "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0],
                        "filename_prefix": "far"}}}}
                """)
            .json()
            .path("prompt_id")
            .asText();
    Awaitility.await().until(() -> client.remaining(client.types().lastIndexOf("status")) == 1);

    comfy.release();

    client.awaitEnd(prompt);
    assertThat(client.types()).contains("execution_start", "executing", "executed");
    assertThat(client.types().indexOf("execution_success"))
        .isLessThan(client.types().lastIndexOf("executing"));
    assertThat(client.remaining(client.types().lastIndexOf("status"))).isZero();
    assertThat(asked.get("/history/" + prompt).json().has(prompt)).isTrue();
    client.close();
  }
}
