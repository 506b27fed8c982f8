package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To a client the pool is a ComfyUI whose queue and history survive restarts. */
class ClientRestartTest {
  private static final String BODY =
      """
      {"prompt": {"1": {"class_type": "EmptyImage",
                        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": %d}},
                  "2": {"class_type": "SaveImage",
                        "inputs": {"images": ["1", 0], "filename_prefix": "kept"}}}}
      """;

  private static JsonNode ended(TestGateway gateway, String id) {
    return Awaitility.await()
        .until(() -> gateway.get("/history/" + id).json().path(id), JsonNode::isObject);
  }

  @Test
  void queue_history_and_files_are_there_after_a_restart(@TempDir Path data) {
    try (Comfy comfy = Comfy.start()) {
      String done;
      String waiting;
      try (TestGateway gateway = TestGateway.start(data, comfy.url(), Map.of()).ready()) {
        done = gateway.post("/prompt", BODY.formatted(1)).json().path("prompt_id").asText();
        ended(gateway, done);
        comfy.hold();
        waiting = gateway.post("/prompt", BODY.formatted(2)).json().path("prompt_id").asText();
      }
      try (TestGateway gateway = TestGateway.start(data, comfy.url(), Map.of()).ready()) {
        assertThat(gateway.get("/queue").text()).contains(waiting);
        JsonNode file = ended(gateway, done).at("/outputs/2/images/0");
        assertThat(
                gateway
                    .get(
                        "/view?filename=%s&subfolder=%s"
                            .formatted(
                                file.path("filename").asText(), file.path("subfolder").asText()))
                    .status())
            .isEqualTo(200);
        comfy.release();
        assertThat(ended(gateway, waiting).at("/status/completed").asBoolean()).isTrue();
        assertThat(gateway.get("/history").json()).hasSize(2);
      }
    }
  }
}
