package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A library of files as users drop them in, over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibraryTest {
  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) throws IOException {
    Path workflows = Files.createDirectories(data.resolve("workflows"));
    Files.copy(Path.of("workflows/smoke.json"), workflows.resolve("smoke.json"));
    Files.writeString(workflows.resolve("broken.json"), "[");
    comfy = Comfy.start();
    gateway =
        TestGateway.start(data, comfy.url(), Map.of("gateway.workflows-dir", workflows.toString()))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void a_file_that_does_not_load_is_listed_and_leaves_the_gateway_ready() {
    Answer ready = gateway.get("/health/ready");

    JsonNode part = ready.json().path("parts").path("workflows");
    assertThat(ready.status()).isEqualTo(200);
    assertThat(part.path("status").asText()).isEqualTo("up");
    assertThat(part.path("faults").path(0).asText()).startsWith("broken.json:1: ");
    assertThat(gateway.post("/webhook/smoke", "{}").status()).isEqualTo(202);
  }
}
