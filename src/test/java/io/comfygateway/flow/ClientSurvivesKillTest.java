package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of ComfyUI's own API waits on its WebSocket while something is killed. */
@Tag("slow")
class ClientSurvivesKillTest {
  private static final String PROMPT =
      """
      {"client_id": "waiting", "prompt": {
        "1": {"class_type": "SlowImage", "inputs": {"width": 8, "height": 8, "seed": 1, "steps": 2,
              "step_ms": 1, "fail": false}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "k"}}}}
      """;

  @TempDir Path folder;
  private Comfy comfy;
  private GatewayProcess gateway;

  @BeforeEach
  void start() {
    comfy = Comfy.start();
    gateway =
        GatewayProcess.in(
                folder, "gpu=" + comfy.url(), Map.of("GATEWAY_SOCKETS_STATUS_SECONDS", "1"))
            .start();
    gateway.caller().awaitReady();
    comfy.hold();
  }

  @AfterEach
  void stop() {
    gateway.close();
    comfy.close();
  }

  private ClientConnection connect() {
    return ClientConnection.open(
        gateway.url(), "/ws?clientId=waiting", "Authorization", "Bearer " + TestGateway.KEY);
  }

  private String post() {
    String prompt = gateway.post("/prompt", PROMPT).json().path("prompt_id").asText();
    Awaitility.await().until(() -> !comfy.get("/queue").path("queue_running").isEmpty());
    return prompt;
  }

  @Test
  void the_gateway_is_killed_and_the_client_that_connects_again_gets_its_end() {
    ClientConnection before = connect();
    String prompt = post();

    gateway.kill();
    Awaitility.await().until(() -> before.closed() != 0);
    gateway.start();
    ClientConnection after = connect();
    comfy.release();

    after.awaitEnd(prompt);
    assertThat(after.remaining(0)).isEqualTo(1);
    assertThat(after.types()).contains("execution_start", "executed", "execution_success");
    assertThat(gateway.get("/history/" + prompt).json().has(prompt)).isTrue();
    after.close();
  }

  @Test
  void the_server_is_killed_and_the_client_gets_its_end_from_the_next_attempt() {
    ClientConnection client = connect();
    String prompt = post();

    comfy.goDown();
    comfy.release();
    comfy.comeUp();

    client.awaitEnd(prompt);
    assertThat(client.types())
        .contains("execution_success")
        .doesNotContain("execution_error", "execution_interrupted");
    client.close();
  }
}
