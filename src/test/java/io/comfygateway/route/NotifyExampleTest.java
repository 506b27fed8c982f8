package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped example of a route of the user's own. */
class NotifyExampleTest {
  private static final Path EXAMPLE = Path.of("routes/custom/notify.camel.yaml.example");

  @TempDir Path place;

  @Test
  void copied_to_its_name_it_keeps_a_line_for_each_job_that_succeeds() throws Exception {
    Path lines = place.resolve("events").resolve("finished.jsonl");
    try (ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults());
        LiveGateway gateway = LiveGateway.start(place, comfy.url().toString())) {
      String before = gateway.submit();
      gateway.awaitStatus(before, "succeeded");

      gateway.write(
          "custom/notify.camel.yaml",
          Files.readString(EXAMPLE).replace("file:events", "file:" + lines.getParent()));
      await().until(() -> gateway.server().context().getRoute("custom-notify") != null);
      String job = gateway.submit();
      gateway.awaitStatus(job, "succeeded");

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.exists(lines) && Files.readString(lines).endsWith("\n"));
      JsonNode line = new ObjectMapper().readTree(Files.readString(lines));
      assertThat(line.path("id").asText()).isEqualTo(job);
      assertThat(line.path("status").asText()).isEqualTo("succeeded");
    }
  }
}
