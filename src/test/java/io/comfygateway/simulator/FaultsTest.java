package io.comfygateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
  private final JsonNode graphs = new Recordings().read("/simulator/graphs.json");
  private final ComfySimulator simulator = ComfySimulator.start(SimulatorOptions.defaults());
  private final Caller caller = new Caller(simulator);

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void as_many_prompts_fail_as_were_told_to_and_at_their_sampler() {
    simulator.faults().failNextPrompts(1, Faults.Kind.OUT_OF_MEMORY);

    JsonNode failed = run("a", "txt2img");
    JsonNode next = run("b", "txt2img");

    assertThat(failed.at("/status/status_str").asText()).isEqualTo("error");
    assertThat(failed.at("/status/messages/2/0").asText()).isEqualTo("execution_error");
    JsonNode error = failed.at("/status/messages/2/1");
    assertThat(error.get("node_type").asText()).isEqualTo("KSampler");
    assertThat(error.get("exception_type").asText()).isEqualTo("torch.OutOfMemoryError");
    assertThat(error.get("exception_message").asText()).startsWith("CUDA out of memory");
    assertThat(next.at("/status/status_str").asText()).isEqualTo("success");
  }

  @Test
  void a_lost_answer_leaves_the_prompt_queued_all_the_same() {
    simulator.faults().loseNextAnswers(1);

    assertThatThrownBy(() -> caller.submit(graphs.get("one picture"), "a"))
        .isInstanceOf(UncheckedIOException.class);

    await().until(() -> !caller.json("/history/a").isEmpty());
    assertThat(simulator.stats().submissions("a")).isEqualTo(1);
    assertThat(simulator.stats().runs("a")).isEqualTo(1);
  }

  @Test
  void a_rejected_submission_queues_nothing() {
    simulator.faults().rejectNextSubmissions(1, 502);

    assertThat(caller.submit(graphs.get("one picture"), "a").statusCode()).isEqualTo(502);

    assertThat(simulator.stats().submissions("a")).isZero();
    assertThat(caller.submit(graphs.get("one picture"), "a").statusCode()).isEqualTo(200);
  }

  @Test
  void a_view_breaks_off_in_the_middle_and_is_whole_the_next_time() {
    run("a", "one picture");
    simulator.faults().cutNextViews(1);

    assertThatThrownBy(() -> caller.get("/view?filename=one_00001_.png"))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(caller.get("/view?filename=one_00001_.png").statusCode()).isEqualTo(200);
  }

  @Test
  void a_view_takes_as_long_as_it_is_told() {
    run("a", "one picture");
    simulator.faults().delayViews(Duration.ofMillis(80));
    long start = System.nanoTime();

    caller.get("/view?filename=one_00001_.png");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(75));
  }

  @Test
  void a_restart_forgets_the_queue_the_history_and_the_cache_but_no_output() {
    run("done", "one picture");
    simulator.hold();
    caller.submit(graphs.get("slow, seed 1"), "runs");
    caller.submit(graphs.get("slow, seed 2"), "waits");
    Frames frames = new Frames();
    caller.listen("mine", frames);
    await().until(() -> simulator.stats().running() == 1);
    int port = simulator.port();

    simulator.restart();

    assertThat(simulator.port()).isEqualTo(port);
    await().until(frames::isClosed);
    assertThat(caller.json("/prompt").at("/exec_info/queue_remaining").asInt()).isZero();
    assertThat(caller.json("/history")).isEmpty();
    assertThat(caller.get("/view?filename=one_00001_.png").statusCode()).isEqualTo(200);
    simulator.release();
    assertThat(run("again", "one picture").at("/status/messages/1/1/nodes")).isEmpty();
    assertThat(caller.json("/history/runs")).isEmpty();
  }

  @Test
  void nothing_answers_while_the_server_is_down() {
    simulator.goDown();

    assertThatThrownBy(() -> caller.get("/queue")).isInstanceOf(UncheckedIOException.class);

    simulator.comeUp();
    assertThat(caller.get("/queue").statusCode()).isEqualTo(200);
  }

  @Test
  void dropped_sockets_may_come_back_and_refused_ones_may_not() {
    Frames first = new Frames();
    caller.listen("mine", first);
    await().until(() -> simulator.stats().sockets() == 1);

    simulator.dropWebSockets();
    await().until(first::isClosed);
    simulator.faults().refuseWebSockets(true);
    assertThatThrownBy(() -> caller.listen("mine", new Frames()))
        .isInstanceOf(CompletionException.class);
    simulator.faults().refuseWebSockets(false);

    Frames again = new Frames();
    caller.listen("mine", again);
    await().until(() -> !again.all().isEmpty());
  }

  @Test
  void a_client_that_comes_back_while_its_prompt_runs_is_told_the_node() {
    simulator.hold();
    caller.submit(graphs.get("slow, seed 1"), "a", "mine");
    await().until(() -> !caller.json("/queue").at("/queue_running/0").isMissingNode());
    Frames frames = new Frames();

    await()
        .until(
            () -> {
              caller.listen("mine", frames);
              return frames.types().anyMatch("executing"::equals);
            });
  }

  @Test
  void another_process_controls_the_simulator_over_http() {
    assertThat(
            caller
                .post(
                    "/simulator/faults",
                    "{\"fail_prompts\": 1, \"fail_kind\": \"error\", \"step_ms\": 1}")
                .statusCode())
        .isEqualTo(200);
    assertThat(run("a", "one picture").at("/status/status_str").asText()).isEqualTo("error");

    caller.post("/simulator/hold");
    caller.submit(graphs.get("one picture"), "b");
    await().until(() -> caller.json("/simulator/stats").get("running").asInt() == 1);
    caller.post("/simulator/release", "{\"prompts\": 1}");
    await().until(() -> !caller.json("/history/b").isEmpty());

    JsonNode stats = caller.json("/simulator/stats");
    assertThat(stats.at("/runs/a").asInt()).isEqualTo(1);
    assertThat(stats.get("max_concurrency").asInt()).isEqualTo(1);
    assertThat(stats.get("requests").get("POST /prompt").asInt()).isEqualTo(2);
    assertThat(stats.at("/idle/gaps").asInt()).isEqualTo(1);
    caller.post("/simulator/stats/reset");
    assertThat(caller.json("/simulator/stats").get("runs")).isEmpty();
  }

  @Test
  void another_process_restarts_it_and_waits_until_it_is_back() {
    run("a", "one picture");

    assertThat(caller.post("/simulator/restart", "{\"down_ms\": 50}").statusCode()).isEqualTo(202);

    await()
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> caller.json("/history").isEmpty());
  }

  @Test
  void a_fault_that_does_not_exist_is_named() {
    HttpResponse<byte[]> unknown = caller.post("/simulator/faults", "{\"explode\": 1}");
    HttpResponse<byte[]> wrong = caller.post("/simulator/faults", "{\"fail_kind\": \"fire\"}");

    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(caller.body(unknown).get("error").asText()).contains("explode", "fail_prompts");
    assertThat(caller.body(wrong).get("error").asText()).contains("fail_kind");
  }

  private JsonNode run(String id, String graph) {
    assertThat(caller.submit(graphs.get(graph), id).statusCode()).isEqualTo(200);
    await().until(() -> !caller.json("/history/" + id).isEmpty());
    return caller.json("/history/" + id).get(id);
  }
}
