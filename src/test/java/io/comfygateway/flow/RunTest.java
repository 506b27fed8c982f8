package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.prompt.PromptWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Between the gateway and a ComfyUI that answers late, wrongly or not at all. */
@SharedGateway
class RunTest {
  private static final String SLOW =
      "{\"prompt\":{\"1\":{\"class_type\":\"SlowImage\",\"inputs\":{\"width\":64,\"height\":64,\"seed\":1,\"steps\":%d,\"step_ms\":%d,\"fail\":false}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}}%s}";

  private final Comfy comfy;
  private final TestGateway gateway;

  RunTest(Comfy comfy, TestGateway gateway) {
    this.comfy = comfy;
    this.gateway = gateway;
  }

  private String slow(int steps, int stepMs, String more) {
    Answer answer = gateway.post("/webhook", SLOW.formatted(steps, stepMs, more));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  @Test
  void a_lost_answer_to_submit_is_looked_up_not_sent_again() {
    comfy.faults().loseNextAnswers(1);
    String id = gateway.post("/webhook/smoke", "{}").id();

    gateway.await(id, "succeeded");
    assertThat(comfy.submissions(id)).isEqualTo(1);
    assertThat(comfy.runs(id)).isEqualTo(1);
  }

  @Test
  void a_bad_gateway_before_submit_is_looked_up_then_sent_again() {
    comfy.faults().rejectNextSubmissions(1, 502);
    String id = gateway.post("/webhook/smoke", "{}").id();

    gateway.await(id, "succeeded");
    assertThat(comfy.runs(id)).isEqualTo(1);
  }

  @Test
  void with_the_socket_cut_everything_finishes_at_poll_speed() {
    comfy.sockets(false);
    List<String> ids =
        IntStream.range(0, 5)
            .mapToObj(
                n ->
                    gateway
                        .post("/webhook/txt2img", "{\"inputs\":{\"prompt\":\"" + n + "\"}}")
                        .id())
            .toList();

    ids.forEach(id -> gateway.await(id, "succeeded"));
    ids.forEach(id -> assertThat(comfy.runs(id)).isEqualTo(1));
  }

  @Test
  void the_socket_comes_back_after_it_was_cut() {
    comfy.sockets(false);
    gateway.await(gateway.post("/webhook/smoke", "{}").id(), "succeeded");
    comfy.sockets(true);

    String id = slow(400, 20, "");
    JsonNode job =
        gateway.await(id, running -> running.path("progress").path("percent").asInt() > 0);
    assertThat(job.path("progress").path("node").asText()).isEqualTo("1");
    gateway.delete("/jobs/" + id);
  }

  @Test
  void a_picture_of_megabytes_on_the_socket_does_not_break_it() {
    int sockets = comfy.stats().requests("GET /ws");
    String id =
        gateway
            .post(
                "/webhook",
                """
                {"prompt": {
                  "1": {"class_type": "SlowImage", "inputs": {"width": 2048, "height": 2048, "seed": 1,
                      "steps": 1, "step_ms": 1, "fail": false}},
                  "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}}
                """)
            .id();
    gateway.await(id, "succeeded");

    String next = slow(400, 20, "");
    gateway.await(next, running -> running.path("progress").path("percent").asInt() > 0);
    assertThat(comfy.stats().requests("GET /ws")).isEqualTo(sockets);
    gateway.delete("/jobs/" + next);
  }

  @Test
  void progress_is_told_by_node_and_step() {
    String id = slow(200, 20, "");

    JsonNode progress =
        gateway.await(id, job -> job.path("progress").path("value").asInt() > 2).path("progress");
    assertThat(progress.path("node").asText()).isEqualTo("1");
    assertThat(progress.path("node_title").asText()).isEqualTo("SlowImage");
    assertThat(progress.path("max").asInt()).isEqualTo(200);
    assertThat(progress.path("percent").asInt()).isBetween(0, 99);
    gateway.delete("/jobs/" + id);
  }

  @Test
  void a_restarted_ComfyUI_gets_its_prompts_again() {
    comfy.hold();
    String running = gateway.post("/webhook/smoke", "{}").id();
    String ready = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":7}}").id();
    gateway.await(running, job -> job.path("attempts").asInt() == 1);
    gateway.await(ready, job -> job.path("attempts").asInt() == 1);
    comfy.awaitSubmissions(running, 1);
    comfy.awaitSubmissions(ready, 1);

    comfy.restart();
    comfy.release();

    assertThat(gateway.await(running, "succeeded").path("attempts").asInt()).isEqualTo(2);
    assertThat(gateway.await(ready, "succeeded").path("attempts").asInt()).isEqualTo(2);
  }

  @Test
  void a_prompt_that_is_lost_on_every_attempt_fails_and_says_so() {
    comfy.hold();
    String id = gateway.post("/webhook/smoke", "{}").id();
    for (int attempt = 1; attempt <= 3; attempt++) {
      comfy.awaitSubmissions(id, attempt);
      int now = attempt;
      gateway.await(id, job -> job.path("attempts").asInt() == now);
      comfy.restart();
    }

    JsonNode job = gateway.await(id, "failed");
    assertThat(job.path("error").path("type").asText()).isEqualTo("lost");
    assertThat(job.path("attempts").asInt()).isEqualTo(3);
  }

  @Test
  void cancelling_a_running_prompt_stops_it_and_no_other() {
    String running = slow(1000, 20, "");
    String next = slow(1, 1, ",\"seed\":5");
    gateway.await(running, "running");

    assertThat(gateway.delete("/jobs/" + running).status()).isEqualTo(202);

    gateway.await(running, "cancelled");
    gateway.await(next, "succeeded");
    assertThat(gateway.delete("/jobs/" + running).status()).isEqualTo(200);
    assertThat(gateway.delete("/jobs/" + next).status()).isEqualTo(409);
  }

  @Test
  void cancelling_the_prompt_that_is_next_on_the_backend_leaves_the_running_one() {
    String running = slow(60, 20, "");
    gateway.await(running, "running");
    String next = slow(1, 1, ",\"seed\":6");
    comfy.awaitSubmissions(next, 1);

    gateway.delete("/jobs/" + next);

    gateway.await(next, "cancelled");
    gateway.await(running, "succeeded");
    assertThat(comfy.runs(next)).isZero();
  }

  @Test
  void cancelling_a_job_whose_outputs_are_being_fetched_ends_it_and_keeps_none_of_them()
      throws IOException {
    comfy.faults().delayViews(Duration.ofSeconds(1));
    comfy.hold();
    String id = gateway.post("/webhook/smoke", "{}").id();
    Awaitility.await().until(() -> isOnBackend(id));
    comfy.release();
    Awaitility.await().until(() -> !isOnBackend(id));

    Answer answer = gateway.delete("/jobs/" + id);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("cancelled");
    assertThat(answer.json().path("outputs")).isEmpty();
    comfy.faults().delayViews(Duration.ZERO);
    String next = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":8}}").id();
    gateway.await(next, "succeeded");
    Awaitility.await().until(() -> !hasFiles(id) && hasFiles(next));
    assertThat(gateway.job(id).path("status").asText()).isEqualTo("cancelled");
  }

  private boolean isOnBackend(String id) {
    return gateway
        .server()
        .context()
        .getRegistry()
        .lookupByNameAndType("promptWatch", PromptWatch.class)
        .toPoll()
        .contains(UUID.fromString(id));
  }

  private boolean hasFiles(String id) throws IOException {
    try (Stream<Path> files = Files.walk(gateway.data().resolve("outputs"))) {
      return files.anyMatch(file -> Files.isRegularFile(file) && file.getParent().endsWith(id));
    }
  }

  @Test
  void cancelling_a_waiting_job_drops_it() {
    comfy.hold();
    List<String> ids =
        IntStream.range(0, 4).mapToObj(n -> gateway.post("/webhook/smoke", "{}").id()).toList();
    gateway.await(ids.get(3), job -> job.path("queue_position").asInt() > 0);

    Answer answer = gateway.delete("/jobs/" + ids.get(3));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("cancelled");
    comfy.release();
    gateway.await(ids.get(2), "succeeded");
    assertThat(comfy.submissions(ids.get(3))).isZero();
  }

  @Test
  void a_backend_gets_one_running_and_one_ready_and_the_best_goes_first() {
    comfy.hold();
    String first = gateway.post("/webhook/smoke", "{}").id();
    String second = gateway.post("/webhook/smoke", "{}").id();
    comfy.awaitSubmissions(first, 1);
    comfy.awaitSubmissions(second, 1);
    String low = gateway.post("/webhook/smoke", "{\"priority\":-5}").id();
    String normal = gateway.post("/webhook/smoke", "{}").id();
    String high = gateway.post("/webhook/smoke", "{\"priority\":9}").id();

    assertThat(gateway.job(high).path("queue_position").asInt()).isEqualTo(1);
    assertThat(gateway.job(normal).path("queue_position").asInt()).isEqualTo(2);
    assertThat(gateway.job(low).path("queue_position").asInt()).isEqualTo(3);
    assertThat(comfy.submissions(high) + comfy.submissions(normal) + comfy.submissions(low))
        .isZero();
    // One place becomes free at a time, so that what is given next is told by the gateway alone.
    comfy.release(1);
    comfy.awaitSubmissions(high, 1);
    assertThat(comfy.submissions(normal) + comfy.submissions(low)).isZero();
    comfy.release(1);
    comfy.awaitSubmissions(normal, 1);
    assertThat(comfy.submissions(low)).isZero();
    comfy.release();
    gateway.await(low, "succeeded");
    assertThat(comfy.orderOfRuns()).containsSubsequence(high, normal, low);
  }

  @Test
  void a_read_that_waits_is_answered_when_the_job_begins_to_run_and_the_next_when_it_has_ended() {
    comfy.hold();
    String first = slow(40, 20, "");
    comfy.awaitSubmissions(first, 1);
    String id = slow(40, 20, ",\"seed\":7");
    comfy.awaitSubmissions(id, 1);
    assertThat(gateway.job(id).path("status").asText()).isEqualTo("queued");
    comfy.release();

    String running = waitingRead(id);
    String ended = waitingRead(id);

    assertThat(running).isEqualTo("running");
    assertThat(ended).isEqualTo("succeeded");
    assertThat(waitingRead(first)).isEqualTo("succeeded");
  }

  private String waitingRead(String id) {
    return gateway
        .getWith("/jobs/" + id, gateway.key(), "Prefer", "wait=25")
        .json()
        .path("status")
        .asText();
  }

  @Test
  void a_prompt_that_runs_for_too_long_is_stopped_and_fails() {
    String id = slow(1000, 20, ",\"timeout\":1");

    JsonNode job = gateway.await(id, "failed");
    assertThat(job.path("error").path("type").asText()).isEqualTo("timeout");
  }

  @Test
  void a_job_that_waits_for_too_long_expires() {
    comfy.hold();
    gateway.post("/webhook/smoke", "{}");
    gateway.post("/webhook/smoke", "{}");
    String id = gateway.post("/webhook/smoke", "{\"expires_in\":1}").id();

    JsonNode job = gateway.await(id, "failed");
    assertThat(job.path("error").path("type").asText()).isEqualTo("expired");
    assertThat(comfy.submissions(id)).isZero();
  }

  @Test
  void jobs_wait_for_a_ComfyUI_that_is_down_and_readiness_shows_it() {
    comfy.goDown();
    Answer accepted = gateway.post("/webhook/smoke", "{}");
    assertThat(accepted.status()).isEqualTo(202);
    Awaitility.await()
        .until(
            () ->
                gateway
                    .get("/health/ready")
                    .json()
                    .path("parts")
                    .path("backends")
                    .path("127.0.0.1:" + comfy.port())
                    .path("status")
                    .asText()
                    .equals("down"));
    assertThat(gateway.get("/health/ready").status()).isEqualTo(200);

    comfy.comeUp();

    gateway.await(accepted.id(), "succeeded");
  }

  @Test
  void outputs_that_cannot_be_fetched_at_once_are_fetched_again() {
    comfy.faults().cutNextViews(2);
    String id = gateway.post("/webhook/smoke", "{}").id();

    gateway.await(id, "succeeded");
    assertThat(comfy.runs(id)).isEqualTo(1);
  }

  @Test
  void an_output_that_is_not_valid_beside_one_that_is_becomes_a_warning() {
    String body =
        "{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":1,\"color\":9}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}},\"3\":{\"class_type\":\"SaveImage\",\"inputs\":{\"filename_prefix\":\"y\"}}}}";

    JsonNode job = gateway.post("/webhook?respond=result", body).json();

    assertThat(job.path("status").asText()).isEqualTo("succeeded");
    assertThat(job.path("outputs")).hasSize(1);
    assertThat(job.path("warnings").findValuesAsText("code"))
        .containsExactly("required_input_missing", "outputs_left_out");
    JsonNode warning = job.path("warnings").path(1);
    assertThat(warning.path("detail").asText())
        .isEqualTo(
            "ComfyUI left out what depends on node 3 (SaveImage): required_input_missing, Required input is missing: images");
    assertThat(warning.path("node").asText()).isEqualTo("3");
  }

  @Test
  void an_identical_graph_is_served_from_ComfyUIs_cache_and_still_delivered() {
    JsonNode one =
        gateway.post("/webhook/smoke?respond=result", "{\"inputs\":{\"color\":77}}").json();
    JsonNode two =
        gateway.post("/webhook/smoke?respond=result", "{\"inputs\":{\"color\":77}}").json();

    assertThat(two.path("outputs").path(0).path("sha256"))
        .isEqualTo(one.path("outputs").path(0).path("sha256"));
    assertThat(gateway.get("/jobs/" + two.path("id").asText() + "/outputs/0").status())
        .isEqualTo(200);
  }
}
