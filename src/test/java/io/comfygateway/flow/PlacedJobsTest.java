package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs and ComfyUIs that have not all the same models. */
class PlacedJobsTest {
  private static final String BOTH = "both.safetensors";
  private static final String ONLY_TWO = "two.safetensors";

  @TempDir Path data;
  private Comfy one;
  private Comfy two;
  private TestGateway gateway;

  private static Comfy with(List<String> checkpoints) {
    return Comfy.start(SimulatorOptions.defaults().withModels(Map.of("checkpoints", checkpoints)));
  }

  @BeforeEach
  void start() {
    one = with(List.of(BOTH));
    two = with(List.of(BOTH, ONLY_TWO, "more.safetensors"));
  }

  @AfterEach
  void stop() {
    gateway.close();
    one.close();
    two.close();
  }

  private void startGateway() {
    startGateway("warn");
  }

  private void startGateway(String validation) {
    gateway =
        TestGateway.start(
            data,
            "one=" + one.url() + ",two=" + two.url(),
            Map.of("gateway.backends.object-info-seconds", "1", "gateway.validate", validation));
    org.awaitility.Awaitility.await()
        .until(
            () -> {
              JsonNode parts = gateway.get("/health/ready").json().path("parts");
              return parts.path("backends").path("one").path("status").asText().equals("up")
                  && parts.path("backends").path("two").path("status").asText().equals("up");
            });
  }

  private Answer submit(String checkpoint) throws IOException {
    String graph =
        Files.readString(Path.of("workflows/txt2img.json"))
            .replace("v1-5-pruned-emaonly-fp16.safetensors", checkpoint);
    return gateway.post("/webhook", "{\"prompt\":" + graph + "}");
  }

  private String backendOf(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return gateway.await(answer.id(), "succeeded").path("backend").asText();
  }

  @Test
  void a_job_goes_where_its_model_is_and_models_stay_loaded() throws IOException {
    startGateway();
    for (int i = 0; i < 3; i++) {
      assertThat(backendOf(submit(ONLY_TWO))).isEqualTo("two");
      assertThat(backendOf(submit(BOTH))).isEqualTo("one");
    }
    assertThat(one.stats().nodeRuns()).containsEntry("CheckpointLoaderSimple", 1);
    assertThat(two.stats().nodeRuns()).containsEntry("CheckpointLoaderSimple", 1);
  }

  @Test
  void what_may_be_refused_is_refused_at_once_where_the_operator_wants_it() throws IOException {
    startGateway("refuse");

    Answer refused = submit("nowhere.safetensors");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().path("detail").asText())
        .contains("one lacks the file nowhere.safetensors (CheckpointLoaderSimple.ckpt_name)")
        .contains("two lacks the file nowhere.safetensors");
    assertThat(refused.json().path("errors").findValuesAsText("pointer").toString())
        .contains("/inputs/ckpt_name");
    Answer doubtful =
        gateway.post(
            "/webhook",
            "{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":-4,\"height\":8}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0]}}}}");
    assertThat(doubtful.status()).isEqualTo(422);
    assertThat(doubtful.json().path("errors").findValuesAsText("pointer"))
        .containsExactly("/prompt/1/inputs/width");
  }

  @Test
  void a_job_that_turns_out_to_run_nowhere_fails_with_what_is_missing_where() throws IOException {
    two.faults().failObjectInfo(true);
    two.hold();
    startGateway("refuse");
    // It is not known what the second one has, so it waits there or is refused there.
    String waiting = gateway.post("/webhook/smoke", "{}").id();
    gateway.await(waiting, "succeeded");
    two.faults().holdSubmissions(true);
    one.hold();
    for (int i = 0; i < 4; i++) {
      gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":" + i + "}}");
    }
    Answer accepted = submit("nowhere.safetensors");
    assertThat(accepted.status()).isEqualTo(202);

    two.faults().failObjectInfo(false);

    JsonNode job = gateway.await(accepted.id(), "failed");
    assertThat(job.path("error").path("type").asText()).isEqualTo("no_backend");
    assertThat(job.path("error").path("detail").asText())
        .contains("one lacks the file nowhere.safetensors")
        .contains("two lacks the file nowhere.safetensors");
    two.faults().clear();
    two.release();
    one.release();
  }
}
