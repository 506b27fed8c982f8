package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.simulator.Faults;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts that fail because of the ComfyUI that runs them. */
class SecondChanceTest {
  @TempDir Path data;
  private Comfy one;
  private Comfy two;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    one = Comfy.start();
    two = Comfy.start();
    gateway =
        TestGateway.start(
            data,
            "one=" + one.url() + ",two=" + two.url(),
            Map.of("gateway.backends.rest-ms", "600000"));
    Awaitility.await().until(() -> is("one", "up") && is("two", "up"));
  }

  @AfterEach
  void stop() {
    gateway.close();
    one.close();
    two.close();
  }

  private boolean is(String backend, String status) {
    return gateway
        .get("/health/ready")
        .json()
        .path("parts")
        .path("backends")
        .path(backend)
        .path("status")
        .asText()
        .equals(status);
  }

  private String submit(int color) {
    return gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":" + color + "}}").id();
  }

  @Test
  void out_of_memory_is_freed_and_tried_once_more() {
    one.faults().failNextPrompts(1, Faults.Kind.OUT_OF_MEMORY);
    String id = submit(1);

    JsonNode job = gateway.await(id, "succeeded");

    assertThat(one.stats().requests("POST /free")).isEqualTo(1);
    assertThat(job.path("backend").asText()).isEqualTo("one");
    assertThat(job.path("warnings").toString()).contains("one ran out of memory");
    assertThat(one.runs(id)).isEqualTo(2);
  }

  @Test
  void out_of_memory_again_goes_elsewhere() {
    one.faults().failNextPrompts(2, Faults.Kind.OUT_OF_MEMORY);

    assertThat(gateway.await(submit(2), "succeeded").path("backend").asText()).isEqualTo("two");
    assertThat(one.stats().requests("POST /free")).isEqualTo(1);
  }

  @Test
  void a_ComfyUI_that_fails_every_prompt_rests_and_its_jobs_go_elsewhere() {
    one.faults().failNextPrompts(1000, Faults.Kind.DEVICE);
    for (int i = 0; i < 3; i++) {
      assertThat(gateway.await(submit(i), "succeeded").path("backend").asText()).isEqualTo("two");
    }

    assertThat(is("one", "resting")).isTrue();
    int runs = one.stats().totalRuns();
    gateway.await(submit(9), "succeeded");
    assertThat(one.stats().totalRuns()).isEqualTo(runs).isEqualTo(3);
  }

  @Test
  void failures_of_unknown_cause_fail_their_jobs_until_there_are_too_many() {
    one.faults().failNextPrompts(1000, Faults.Kind.ERROR);
    gateway.await(submit(1), "failed");
    gateway.await(submit(2), "failed");

    assertThat(gateway.await(submit(3), "succeeded").path("backend").asText()).isEqualTo("two");
    assertThat(is("one", "resting")).isTrue();
  }

  @Test
  void a_prompt_that_fails_everywhere_takes_no_ComfyUI_out() {
    one.faults().failNextPrompts(3, Faults.Kind.ERROR);
    two.faults().failNextPrompts(1, Faults.Kind.ERROR);
    gateway.await(submit(1), "failed");
    gateway.await(submit(2), "failed");

    JsonNode job = gateway.await(submit(3), "failed");

    assertThat(job.path("error").path("type").asText()).isEqualTo("execution_error");
    assertThat(job.path("backend").asText()).isEqualTo("two");
    assertThat(is("one", "up")).isTrue();
    assertThat(is("two", "up")).isTrue();
  }
}
