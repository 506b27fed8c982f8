package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.simulator.SimulatedVersion;
import io.comfygateway.simulator.SimulatorOptions;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What newer servers can do, and what older ones are told. */
class JobsApiTest {
  private static Comfy comfy;
  private static OddServer old;
  private static TestGateway gateway;

  @BeforeAll
  static void start(@TempDir Path data) {
    comfy = Comfy.start(SimulatorOptions.defaults().withVersion(SimulatedVersion.V0_33));
    old = OddServer.before(comfy);
    old.answer(
        OddServer.line("GET /system_stats"),
        Integer.MAX_VALUE,
        OddServer.answer(
            200, "application/json", "{\"system\": {\"comfyui_version\": \"0.3.44\"}}"));
    gateway =
        TestGateway.start(
                data, "new=" + comfy.url() + ",old=" + old.url(), Map.of("gateway.window", "9"))
            .ready();
  }

  @AfterAll
  static void stop() {
    comfy.release();
    gateway.close();
    old.close();
    comfy.close();
  }

  private static int requests(String what) {
    return comfy.stats().requests(what);
  }

  @Test
  void a_prompt_whose_answer_was_lost_is_looked_up_in_one_request() {
    comfy.faults().loseNextAnswers(1);
    int before = requests("GET /jobs/{job_id}");

    String id = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":1}}").id();

    gateway.await(id, "succeeded");
    assertThat(comfy.submissions(id)).isEqualTo(1);
    assertThat(requests("GET /jobs/{job_id}")).isEqualTo(before + 1);
  }

  @Test
  void a_prompt_that_did_not_arrive_is_looked_up_and_sent_again() {
    comfy.faults().rejectNextSubmissions(1, 502);

    String id = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":2}}").id();

    assertThat(gateway.await(id, "succeeded").path("attempts").asInt()).isEqualTo(2);
    assertThat(comfy.runs(id)).isEqualTo(1);
  }

  @Test
  void a_prompt_is_cancelled_in_one_request_whether_it_runs_or_waits() {
    comfy.hold();
    String running = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":3}}").id();
    String waiting = gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":4}}").id();
    comfy.awaitSubmissions(running, 1);
    comfy.awaitSubmissions(waiting, 1);

    gateway.delete("/jobs/" + waiting);
    gateway.delete("/jobs/" + running);

    gateway.await(waiting, "cancelled");
    gateway.await(running, "cancelled");
    comfy.release();
    assertThat(requests("POST /jobs/{job_id}/cancel")).isGreaterThanOrEqualTo(2);
    assertThat(requests("POST /interrupt")).isZero();
    assertThat(requests("POST /queue")).isZero();
  }

  @Test
  void a_ComfyUI_that_is_too_old_is_named_with_the_version_that_is_needed() {
    JsonNode states =
        Awaitility.await()
            .until(
                () -> gateway.get("/health/ready").json().at("/parts/backends"),
                backends -> backends.at("/old/status").asText().equals("up"));

    assertThat(states.at("/old/reason").asText()).contains("0.3.44").contains("0.3.57");
    assertThat(states.at("/new/reason").asText()).isEmpty();
  }
}
