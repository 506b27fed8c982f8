package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Many jobs of one request: stored together, one status, one callback. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchTest {
  private Comfy comfy;
  private TestGateway gateway;
  private Path data;

  @BeforeAll
  void start(@TempDir Path folder) {
    data = folder;
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                folder,
                comfy.url(),
                Map.of(
                    "gateway.batch.max-jobs",
                    "20",
                    "gateway.max-waiting-per-key",
                    "15",
                    "gateway.batch.max-unpacked-bytes",
                    "200000"))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private static String rows(int count, String more) {
    StringBuilder rows = new StringBuilder();
    for (int n = 0; n < count; n++) {
      rows.append(n == 0 ? "" : ",")
          .append("{\"color\":\"%d\",\"metadata\":{\"row\":\"A%d\"}}".formatted(n * 1000, n));
    }
    return "{\"workflow\":\"smoke\",\"inputs\":{\"width\":64,\"height\":64}%s,\"jobs\":[%s]}"
        .formatted(more, rows);
  }

  private JsonNode await(String id, Predicate<JsonNode> wanted) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.get("/batches/" + id).json(), wanted);
  }

  private static boolean isOver(JsonNode batch) {
    return batch.has("finished_at");
  }

  private long jobCount() {
    return gateway.get("/jobs?limit=200").json().path("jobs").size();
  }

  @Test
  void rows_become_jobs_and_one_signed_callback_tells_of_all_their_pictures() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> n == 0 ? 503 : 200)) {
      Answer accepted =
          gateway.post(
              "/batches",
              rows(
                  3,
                  ",\"metadata\":{\"sheet\":\"March\"},\"callback_url\":\""
                      + inbox.url("/")
                      + "\""));

      assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
      assertThat(accepted.header("Location")).isEqualTo("/batches/" + accepted.id());
      assertThat(accepted.header("Retry-After")).isNotEmpty();
      JsonNode batch =
          await(
              accepted.id(),
              now -> "delivered".equals(now.path("deliveries").path(0).path("status").asText()));
      assertThat(batch.path("status").asText()).as(batch.toString()).isEqualTo("succeeded");
      assertThat(batch.path("counts").path("succeeded").asInt()).isEqualTo(3);
      assertThat(batch.path("metadata").path("sheet").asText()).isEqualTo("March");
      assertThat(batch.path("jobs").findValuesAsText("row"))
          .containsSubsequence("0", "A0", "1", "A1", "2", "A2");
      List<Received> calls = inbox.received();
      assertThat(calls).hasSize(2);
      assertThat(calls.get(0).header("webhook-id")).isEqualTo(calls.get(1).header("webhook-id"));
      verify(calls.get(1));
      JsonNode event = calls.get(1).json();
      assertThat(event.path("type").asText()).isEqualTo("batch.succeeded");
      assertThat(event.path("data").path("id").asText()).isEqualTo(accepted.id());
      for (JsonNode job : event.path("data").path("jobs")) {
        String url = job.path("outputs").path(0).path("url").asText();
        assertThat(gateway.getWith(url, "").header("Content-Type")).isEqualTo("image/png");
      }
    }
  }

  private static void verify(Received call) {
    HttpHeaders headers =
        HttpHeaders.of(
            Map.of(
                "webhook-id", List.of(call.header("webhook-id")),
                "webhook-timestamp", List.of(call.header("webhook-timestamp")),
                "webhook-signature", List.of(call.header("webhook-signature"))),
            (name, value) -> true);
    assertThatCode(
            () ->
                new Webhook(TestGateway.CALLBACK_SECRET)
                    .verify(new String(call.body(), StandardCharsets.UTF_8), headers))
        .doesNotThrowAnyException();
  }

  @Test
  void a_repeated_request_is_the_same_batch_and_no_job_runs_twice() {
    String key = UUID.randomUUID().toString();
    Answer first = gateway.post("/batches", rows(3, ""), "Idempotency-Key", key);
    long before = jobCount();

    Answer again = gateway.post("/batches", rows(3, ""), "Idempotency-Key", key);
    Answer other = gateway.post("/batches", rows(2, ""), "Idempotency-Key", key);
    Answer single = gateway.post("/webhook/smoke", "{}", "Idempotency-Key", key);

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.json().path("jobs").findValuesAsText("id"))
        .containsExactlyElementsOf(first.json().path("jobs").findValuesAsText("id"));
    assertThat(other.json().path("type").asText()).isEqualTo("/problems/idempotency-conflict");
    assertThat(single.json().path("type").asText()).isEqualTo("/problems/idempotency-conflict");
    assertThat(jobCount()).isEqualTo(before);
    await(first.id(), BatchTest::isOver);
    assertThat(gateway.delete("/batches/" + first.id()).json().path("type").asText())
        .isEqualTo("/problems/batch-finished");
  }

  @Test
  void rows_that_do_not_validate_are_named_and_nothing_is_stored_or_kept() throws Exception {
    String picture =
        Base64.getEncoder()
            .encodeToString(
                gateway
                    .post("/webhook/smoke?respond=binary", "{\"width\":64,\"height\":64}")
                    .bytes());
    String body =
        "{\"jobs\":[{\"workflow\":\"img2img\",\"prompt\":\"a\",\"image\":\"%s\"},{\"workflow\":\"smoke\",\"inputs\":{\"width\":\"wide\"}},{\"workflow\":\"nothing\"},7,{\"workflow\":\"smoke\",\"s3\":{\"acl\":1}}]}"
            .formatted(picture);
    long before = jobCount();
    Set<Path> files = inputFiles();

    Answer refused = gateway.post("/batches", body);

    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.json().path("errors").findValuesAsText("pointer"))
        .containsExactly("/jobs/1/inputs/width", "/jobs/2", "/jobs/3", "/jobs/4/s3/acl");
    assertThat(refused.json().path("detail").asText())
        .startsWith("4 of 5 jobs do not validate, so none was stored")
        .contains("\"accept\": \"valid\"");
    assertThat(jobCount()).isEqualTo(before);
    Awaitility.await().untilAsserted(() -> assertThat(inputFiles()).isEqualTo(files));
  }

  private Set<Path> inputFiles() throws Exception {
    Path inputs = data.resolve("inputs");
    if (!Files.exists(inputs)) {
      return Set.of();
    }
    try (Stream<Path> found = Files.walk(inputs)) {
      return new HashSet<>(found.filter(Files::isRegularFile).toList());
    }
  }

  @Test
  void rows_that_validate_are_taken_alone_where_the_request_says_so() {
    Answer accepted =
        gateway.post(
            "/batches",
            "{\"workflow\":\"smoke\",\"accept\":\"valid\",\"jobs\":[{\"widht\":64},{\"width\":64,\"height\":64}]}");

    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    JsonNode batch = await(accepted.id(), BatchTest::isOver);
    assertThat(batch.path("counts").path("total").asInt()).isEqualTo(1);
    assertThat(batch.path("jobs").path(0).path("row").asInt()).isEqualTo(1);
    JsonNode refused = batch.path("refused").path(0);
    assertThat(refused.path("row").asInt()).isZero();
    assertThat(refused.path("errors").path(0).path("pointer").asText()).isEqualTo("/jobs/0/widht");
    assertThat(
            gateway
                .post("/batches", "{\"workflow\":\"x\",\"accept\":\"valid\",\"jobs\":[{}]}")
                .status())
        .isEqualTo(422);
  }

  @Test
  void a_batch_that_is_cancelled_ends_with_its_jobs_and_says_so() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      comfy.hold();
      String id;
      Answer cancelled;
      try {
        id = gateway.post("/batches", rows(6, ",\"callback_url\":\"" + inbox.url("/") + "\"")).id();
        await(id, batch -> "running".equals(batch.path("status").asText()));
        cancelled = gateway.delete("/batches/" + id);
      } finally {
        comfy.release();
      }

      assertThat(cancelled.status()).as(cancelled.text()).isIn(200, 202);
      JsonNode batch =
          await(
              id,
              now -> "delivered".equals(now.path("deliveries").path(0).path("status").asText()));
      assertThat(batch.path("status").asText()).isEqualTo("cancelled");
      assertThat(batch.path("counts").path("cancelled").asInt()).isGreaterThanOrEqualTo(4);
      assertThat(inbox.received()).hasSize(1);
      assertThat(inbox.received().get(0).json().path("type").asText()).isEqualTo("batch.cancelled");
      Answer again = gateway.delete("/batches/" + id);
      assertThat(again.status()).as(again.text()).isEqualTo(200);
      assertThat(again.json().path("status").asText()).isEqualTo("cancelled");
      assertThat(gateway.postWith("/batches/" + id + "/redeliver", TestGateway.KEY, "").status())
          .isEqualTo(200);
      Awaitility.await().until(() -> inbox.received().size() == 2);
    }
  }

  @Test
  void a_graph_that_rows_share_counts_once_for_each_of_them() {
    String graph =
        "{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":1,\"color\":7},\"_meta\":{\"title\":\"%s\"}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"filename_prefix\":\"a\",\"images\":[\"1\",0]}}}"
            .formatted("x".repeat(30_000));
    String batch = "{\"prompt\":" + graph + ",\"jobs\":[%s]}";

    Answer tooMuch = gateway.post("/batches", batch.formatted("{}" + ",{}".repeat(6)));
    Answer accepted =
        gateway.post("/batches", batch.formatted("{},{},{\"inputs\":{\"1.color\":9}}"));

    assertThat(tooMuch.status()).as(tooMuch.text()).isEqualTo(413);
    assertThat(tooMuch.json().path("detail").asText()).contains("GATEWAY_BATCH_MAX_UNPACKED_BYTES");
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    JsonNode ended = await(accepted.id(), BatchTest::isOver);
    assertThat(ended.path("counts").path("succeeded").asInt()).as(ended.toString()).isEqualTo(3);
  }

  @Test
  void no_row_is_stored_while_the_folder_of_files_is_not_the_one_of_the_start() throws Exception {
    Path mark = data.resolve("files-id");
    Path aside = Files.move(mark, data.resolve("aside"));
    try {
      Answer refused = gateway.post("/batches", rows(2, ""));

      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotEmpty();
    } finally {
      Files.move(aside, mark);
    }
  }

  @Test
  void a_text_as_prompt_without_a_workflow_is_told_where_to_name_one() {
    Answer refused =
        gateway.postWith(
            "/batches", TestGateway.RUN_ONLY_KEY, "{\"jobs\":[{\"prompt\":\"a cat\"},{}]}");

    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.json().path("errors").findValuesAsText("detail"))
        .hasSize(2)
        .allSatisfy(
            detail -> assertThat(detail).endsWith("set workflow in the batch or in the job."));
  }

  @Test
  void limits_hold_for_the_whole_and_rows_are_within_the_keys_scopes() {
    Answer tooMany = gateway.post("/batches", rows(21, ""));
    Answer tooManyWaiting = gateway.post("/batches", rows(16, ""));
    Answer graph =
        gateway.postWith(
            "/batches",
            TestGateway.RUN_ONLY_KEY,
            "{\"accept\":\"valid\",\"jobs\":[{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{}}}}]}");
    Answer form =
        gateway.send(
            gateway
                .request("/batches", TestGateway.KEY)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("jobs=[]")));

    assertThat(tooMany.status()).isEqualTo(422);
    assertThat(tooMany.json().path("detail").asText()).contains("GATEWAY_BATCH_MAX_JOBS");
    assertThat(tooManyWaiting.json().path("type").asText()).isEqualTo("/problems/key-queue-full");
    assertThat(graph.status()).as(graph.text()).isEqualTo(403);
    assertThat(form.status()).isEqualTo(415);
  }
}
