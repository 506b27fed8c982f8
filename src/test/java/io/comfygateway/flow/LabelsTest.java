package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workflows that ask for labels, and the list in which an operator sees them. */
class LabelsTest {
  @TempDir Path place;
  private Comfy small;
  private Comfy big;
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    small = Comfy.start();
    big = Comfy.start();
    workflow("anywhere", "");
    workflow("large", "runs_on: [big]");
    workflow("huge", "runs_on: [big, a100]");
    Files.writeString(
        place.resolve("backends.yaml"),
        """
        backends:
          small: {url: '%s'}
          big: {url: '%s', labels: [big, quiet], window: 3, credentials: {bearer: backend-secret}}
          gone: {url: 'http://127.0.0.1:1', drain: true}
        """
            .formatted(small.url(), big.url()));
    gateway =
        TestGateway.start(
            place.resolve("data"),
            "http://127.0.0.1:9",
            Map.of(
                "gateway.api-keys", "alice:" + TestGateway.KEY + ":run+read-all",
                "gateway.workflows-dir", place.resolve("workflows").toString(),
                "gateway.backends.file", place.resolve("backends.yaml").toString()));
    Awaitility.await().until(() -> listed("big").path("status").asText().equals("up"));
    Awaitility.await().until(() -> listed("small").path("status").asText().equals("up"));
    Awaitility.await().until(() -> listed("gone").path("reason").asText().contains("refused"));
  }

  private void workflow(String name, String sidecar) throws IOException {
    Path folder = Files.createDirectories(place.resolve("workflows"));
    Files.copy(Path.of("workflows/smoke.json"), folder.resolve(name + ".json"));
    Files.writeString(folder.resolve(name + ".yaml"), "title: " + name + "\n" + sidecar + "\n");
  }

  @AfterEach
  void stop() {
    gateway.close();
    small.close();
    big.close();
  }

  private JsonNode listed(String name) {
    for (JsonNode backend : gateway.get("/backends").json().path("backends")) {
      if (backend.path("name").asText().equals(name)) {
        return backend;
      }
    }
    throw new AssertionError(name + " is not listed");
  }

  private String submit(String workflow) {
    Answer answer = gateway.post("/webhook/" + workflow, "{}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  @Test
  void a_workflow_runs_on_servers_alone_that_have_all_of_its_labels() {
    List<String> ids = Stream.generate(() -> submit("large")).limit(6).toList();

    ids.forEach(
        id -> assertThat(gateway.await(id, "succeeded").path("backend").asText()).isEqualTo("big"));
    assertThat(small.stats().totalRuns()).isZero();
  }

  @Test
  void a_workflow_whose_labels_no_server_has_is_refused_with_what_each_lacks() {
    Answer answer = gateway.post("/webhook/huge", "{}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.text())
        .contains("small lacks the label a100, the label big")
        .contains("big lacks the label a100");
  }

  @Test
  void the_list_tells_what_each_server_is_has_and_lacks_and_no_secret() {
    big.hold();
    Stream.generate(() -> submit("large")).limit(2).forEach(id -> big.awaitSubmissions(id, 1));

    assertThat(listed("big").path("answered_at").asText()).endsWith("Z");
    assertThat(listed("gone").path("down_since").asText()).endsWith("Z");
    assertThat(((ObjectNode) listed("big")).without("answered_at").toString())
        .isEqualTo(
            "{\"name\":\"big\",\"status\":\"up\",\"version\":\"0.3.64\",\"drain\":false,\"window\":3,\"prompts\":2,\"labels\":[\"big\",\"quiet\"]}");
    assertThat(listed("gone").path("status").asText()).isEqualTo("down");
    assertThat(listed("gone").path("drain").asBoolean()).isTrue();
    assertThat(gateway.get("/backends").text()).doesNotContain("backend-secret", "http");
    big.release();
  }
}
