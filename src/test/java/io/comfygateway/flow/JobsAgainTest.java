package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a person does with jobs, servers and keys in a console, over the API. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobsAgainTest {
  private static final String ADMIN = TestGateway.ADMIN_KEY;
  private TestGateway gateway;
  private Comfy comfy;

  @BeforeAll
  void start(TestGateway shared, Comfy servers) {
    gateway = shared;
    comfy = servers;
  }

  private JsonNode done(String inputs, String more) {
    return gateway
        .post("/webhook/smoke?respond=result", "{\"inputs\":{%s}%s}".formatted(inputs, more))
        .json();
  }

  @Test
  void a_job_runs_again_with_what_it_ran_with() {
    JsonNode first = done("\"width\":64,\"height\":96", ",\"metadata\":{\"order\":\"again\"}");
    String id = first.path("id").asText();

    Answer again = gateway.post("/jobs/" + id + "/retry", "");

    assertThat(again.status()).as(again.text()).isEqualTo(202);
    assertThat(again.id()).isNotEqualTo(id);
    assertThat(again.header("Location")).isEqualTo("/jobs/" + again.id());
    JsonNode second = gateway.await(again.id(), "succeeded");
    assertThat(second.path("seeds")).isEqualTo(first.path("seeds"));
    assertThat(second.at("/metadata/order").asText()).isEqualTo("again");
    assertThat(second.at("/outputs/0/height").asInt()).isEqualTo(96);
    assertThat(gateway.get("/jobs/" + again.id() + "/inputs").json().path("inputs"))
        .isEqualTo(gateway.get("/jobs/" + id + "/inputs").json().path("inputs"));
    assertThat(gateway.postWith("/jobs/" + id + "/retry", TestGateway.OTHER_KEY, "").status())
        .isEqualTo(404);
    assertThat(gateway.post("/jobs/" + id + "/retry?seed=other", "").status()).isEqualTo(400);
    Answer changed = gateway.post("/jobs/" + id + "/retry", "{\"inputs\": {\"width\": 32}}");
    assertThat(changed.status()).isEqualTo(422);
    assertThat(changed.json().path("detail").asText()).contains("?seed=random", "/inputs");
    assertThat(gateway.post("/jobs/" + id + "/retry", " { } ").status()).isEqualTo(202);
  }

  @Test
  void a_retry_with_the_same_idempotency_key_makes_one_job() {
    String id = done("\"width\":64,\"height\":64", "").path("id").asText();

    Answer once = gateway.post("/jobs/" + id + "/retry", "", "Idempotency-Key", "again-1");
    Answer twice = gateway.post("/jobs/" + id + "/retry", "", "Idempotency-Key", "again-1");
    Answer other =
        gateway.post("/jobs/" + id + "/retry?seed=random", "", "Idempotency-Key", "again-1");

    assertThat(twice.id()).isEqualTo(once.id());
    assertThat(twice.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(other.status()).isEqualTo(422);
    gateway.await(once.id(), "succeeded");
  }

  @Test
  void the_inputs_of_a_job_are_shown_and_its_graph_only_to_who_may_send_one() {
    String id = done("\"width\":64,\"height\":96,\"color\":255", "").path("id").asText();

    JsonNode inputs = gateway.get("/jobs/" + id + "/inputs").json();

    assertThat(inputs.at("/inputs/height").asInt()).isEqualTo(96);
    assertThat(inputs.at("/inputs/color").asInt()).isEqualTo(255);
    assertThat(inputs.path("workflow").asText()).startsWith("smoke@");
    JsonNode nodes = inputs.path("nodes");
    assertThat(nodes.findValuesAsText("title")).contains("Save Image");
    assertThat(nodes.path(0).path("started_at").asText())
        .isLessThanOrEqualTo(gateway.job(id).path("finished_at").asText());
    assertThat(inputs.has("prompt")).isTrue();
    Answer runs = gateway.postWith("/webhook/smoke?respond=result", TestGateway.RUN_ONLY_KEY, "{}");
    JsonNode plain =
        gateway.getWith("/jobs/" + runs.id() + "/inputs", TestGateway.RUN_ONLY_KEY).json();
    assertThat(plain.path("inputs").size()).isPositive();
    assertThat(plain.has("prompt")).isFalse();
    assertThat(gateway.getWith("/jobs/" + id + "/inputs", TestGateway.OTHER_KEY).status())
        .isEqualTo(404);
  }

  @Test
  void inputs_that_no_sidecar_names_are_shown_by_their_derived_names() {
    String graph =
        """
        {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 1}},
         "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}
        """;
    Answer made =
        gateway.postWith(
            "/workflows", TestGateway.ADMIN_KEY, "{\"name\": \"again\", \"graph\": " + graph + "}");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    Answer job = gateway.post("/webhook/again?respond=result", "{\"inputs\": {\"width\": 16}}");
    assertThat(job.status()).as(job.text()).isEqualTo(200);

    JsonNode inputs = gateway.get("/jobs/" + job.id() + "/inputs").json().path("inputs");

    assertThat(inputs.path("width").asInt()).isEqualTo(16);
    assertThat(inputs.path("height").asInt()).isEqualTo(8);
  }

  @Test
  void all_outputs_come_as_one_archive() throws IOException {
    JsonNode job = done("\"width\":64,\"height\":64", "");

    Answer archive = gateway.get("/jobs/" + job.path("id").asText() + "/outputs.zip");

    assertThat(archive.status()).isEqualTo(200);
    assertThat(archive.header("Content-Type")).isEqualTo("application/zip");
    Map<String, byte[]> files = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive.bytes()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    assertThat(files).hasSize(job.path("outputs").size());
    assertThat(files.get(job.at("/outputs/0/filename").asText()))
        .isEqualTo(gateway.get(job.at("/outputs/0/url").asText()).bytes());
    assertThat(
            gateway
                .getWith("/jobs/" + job.path("id").asText() + "/outputs.zip", TestGateway.OTHER_KEY)
                .status())
        .isEqualTo(404);
  }

  @Test
  void a_drained_server_gets_no_work_until_it_is_resumed() {
    String server = gateway.getWith("/backends", ADMIN).json().at("/backends/0/name").asText();

    Answer drained =
        gateway.postWith("/backends/" + server + "/drain", ADMIN, "{\"reason\": \"new driver\"}");
    try {
      assertThat(drained.json().at("/backends/0/status").asText()).isEqualTo("draining");
      assertThat(drained.json().at("/backends/0/drain").asBoolean()).isTrue();
      assertThat(drained.json().at("/backends/0/reason").asText()).endsWith(": new driver");
      String id = gateway.post("/webhook/smoke", "{}").id();
      JsonNode waiting =
          gateway.await(id, job -> job.path("waiting_reason").asText().contains("out of service"));
      assertThat(waiting.path("status").asText()).isEqualTo("queued");
      assertThat(comfy.submissions(id)).isZero();

      gateway.postWith("/backends/" + server + "/resume", ADMIN, "");
      gateway.await(id, "succeeded");
    } finally {
      gateway.postWith("/backends/" + server + "/resume", ADMIN, "");
    }
    assertThat(gateway.postWith("/backends/none/drain", ADMIN, "").status()).isEqualTo(404);
    assertThat(gateway.post("/backends/" + server + "/drain", "").status()).isEqualTo(403);
  }

  @Test
  void the_reason_of_a_drain_is_a_short_text_and_nothing_else_is_read() {
    String drain =
        "/backends/"
            + gateway.getWith("/backends", ADMIN).json().at("/backends/0/name").asText()
            + "/drain";

    for (String body :
        List.of(
            "{\"reason\": 1}",
            "{\"reason\": \"%s\"}".formatted("x".repeat(201)),
            "{\"until\": \"later\"}")) {
      assertThat(gateway.postWith(drain, ADMIN, body).status()).as(body).isEqualTo(422);
    }
    assertThat(gateway.postWith(drain, ADMIN, "[]").status()).isEqualTo(400);
    assertThat(gateway.getWith("/backends", ADMIN).json().at("/backends/0/drain").asBoolean())
        .isFalse();
  }

  @Test
  void health_in_detail_is_for_admins_and_has_what_the_start_warned_of() {
    JsonNode health = gateway.getWith("/health", ADMIN).json();

    assertThat(health.at("/parts/database/status").asText()).isEqualTo("up");
    assertThat(health.path("version").asText()).isNotEmpty();
    assertThat(health.path("warnings").isArray()).isTrue();
    assertThat(health.path("faults").isArray()).isTrue();
    assertThat(gateway.get("/health").status()).isEqualTo(403);
  }

  @Test
  void deliveries_are_counted_by_receiver_and_status() {
    done("\"width\":64,\"height\":64", ",\"callback\":{\"url\":\"http://127.0.0.1:1/hook\"}");

    JsonNode counts = gateway.get("/deliveries/counts?target=127.0.0.1:1").json();

    assertThat(counts.path("counted_to").asInt()).isEqualTo(10_000);
    assertThat(counts.path("targets")).hasSize(1);
    JsonNode target = counts.at("/targets/0");
    assertThat(target.path("target").asText()).isEqualTo("127.0.0.1:1");
    assertThat(target.path("due").asInt() + target.path("dead").asInt()).isPositive();
    assertThat(gateway.get("/deliveries/counts?target=elsewhere").json().path("targets")).isEmpty();
    assertThat(gateway.get("/deliveries/counts?caller=*").status()).isEqualTo(403);
    assertThat(gateway.get("/deliveries/counts?status=lost").status()).isEqualTo(400);
  }

  @Test
  void a_key_with_a_quota_says_how_much_of_it_is_used() {
    Answer made =
        gateway.postWith(
            "/keys", ADMIN, "{\"name\": \"counted\", \"scopes\": [\"run\"], \"jobs_per_day\": 5}");
    String secret = made.json().path("secret").asText();
    gateway.postWith("/webhook/smoke?respond=result", secret, "{}");

    JsonNode keys = gateway.getWith("/keys", ADMIN).json().path("keys");

    JsonNode counted =
        StreamSupport.stream(keys.spliterator(), false)
            .filter(key -> "counted".equals(key.path("name").asText()))
            .findFirst()
            .orElseThrow();
    assertThat(counted.path("jobs_today").asInt()).isEqualTo(1);
    assertThat(counted.has("jobs_this_month")).isFalse();
  }

  @Test
  void numbers_say_what_ended_and_how_long_it_took() {
    done("\"width\":64,\"height\":64", "");

    JsonNode numbers = gateway.getWith("/numbers?span=hour", ADMIN).json();

    assertThat(numbers.path("jobs"))
        .anyMatch(
            it ->
                it.path("workflow").asText().startsWith("smoke@")
                    && it.path("status").asText().equals("succeeded")
                    && it.path("count").asInt() > 0);
    assertThat(numbers.path("times"))
        .anyMatch(
            it ->
                it.path("workflow").asText().startsWith("smoke@")
                    && it.at("/waited_seconds/p95").asDouble()
                        >= it.at("/waited_seconds/p50").asDouble());
    assertThat(numbers.at("/servers/0/idle").asDouble()).isBetween(0.0, 1.0);
    assertThat(numbers.at("/deliveries/dead").isInt()).isTrue();
    assertThat(numbers.path("step_seconds").asInt()).isEqualTo(60);
    assertThat(numbers.path("steps")).hasSize(60);
    assertThat(numbers.at("/steps/59/jobs/succeeded").asInt()).isPositive();
    assertThat(numbers.at("/steps/59/waiting").asLong())
        .isEqualTo(numbers.path("waiting").asLong());
    assertThat(gateway.getWith("/numbers?span=year", ADMIN).status()).isEqualTo(400);
    assertThat(gateway.get("/numbers").status()).isEqualTo(403);
  }

  @Test
  void a_key_says_when_it_was_last_used() {
    Awaitility.await()
        .until(
            () -> gateway.getWith("/keys", ADMIN).json().path("keys"),
            keys ->
                StreamSupport.stream(keys.spliterator(), false)
                    .anyMatch(
                        key ->
                            key.path("name").asText().equals("boss") && key.has("last_used_at")));
  }
}
