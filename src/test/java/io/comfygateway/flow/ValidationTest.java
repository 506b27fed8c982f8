package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which graphs are refused at once, and which are left to ComfyUI. */
@SharedGateway
class ValidationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Comfy comfy;
  private final TestGateway gateway;

  ValidationTest(Comfy comfy, TestGateway gateway) {
    this.comfy = comfy;
    this.gateway = gateway;
  }

  private static JsonNode cases(String name) {
    try (InputStream json = ValidationTest.class.getResourceAsStream("/flow/validation.json")) {
      return JSON.readTree(json).get(name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Answer submit(JsonNode request) {
    return gateway.post("/webhook?respond=result", request.toString());
  }

  private static Stream<DynamicTest> each(
      String group, java.util.function.Consumer<JsonNode> test) {
    return cases(group).properties().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> test.accept(e.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> a_graph_that_ComfyUI_can_run_runs_and_its_job_says_what_was_done() {
    return each(
        "run",
        c -> {
          JsonNode job = submit(c.get("request")).json();

          assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
          assertThat(warnings(job)).containsExactlyElementsOf(texts(c.path("warnings")));
          assertThat(job.path("seeds").size()).isEqualTo(c.path("seeds").asInt());
          JsonNode sent = comfy.get("/history/" + job.path("id").asText());
          for (JsonNode seed : job.path("seeds")) {
            assertThat(seed.asLong()).isBetween(0L, (1L << 53) - 1);
            assertThat(sent.toString()).contains("seed\":" + seed.asLong());
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> a_graph_that_every_ComfyUI_refuses_is_refused_with_its_place() {
    return each(
        "refused",
        c -> {
          Answer answer = submit(c.get("request"));

          assertThat(answer.status()).as(answer.text()).isEqualTo(422);
          assertThat(answer.json().path("type").asText()).isEqualTo("/problems/invalid-workflow");
          assertThat(answer.json().path("errors").findValuesAsText("pointer"))
              .containsExactlyElementsOf(texts(c.get("pointers")));
          assertThat(answer.json().path("node_errors").findValuesAsText("type"))
              .containsExactlyElementsOf(texts(c.get("codes")));
        });
  }

  @TestFactory
  Stream<DynamicTest> what_only_ComfyUI_refuses_comes_back_in_its_own_words() {
    return each(
        "left to ComfyUI",
        c -> {
          ObjectNode direct = JSON.createObjectNode();
          direct.set("prompt", c.at("/request/prompt"));
          JsonNode said = comfy.post("/prompt", direct.toString());

          JsonNode job = submit(c.get("request")).json();

          assertThat(job.path("status").asText()).isEqualTo("failed");
          assertThat(warnings(job)).containsExactlyElementsOf(texts(c.path("warnings")));
          assertThat(job.at("/error/type")).isEqualTo(said.at("/error/type"));
          assertThat(job.at("/error/comfyui_error")).isEqualTo(said.get("error"));
          assertThat(job.at("/error/node_errors")).isEqualTo(said.get("node_errors"));
        });
  }

  @Test
  void the_NaN_that_ComfyUI_writes_into_its_pictures_is_read() {
    String graph = cases("run").at("/a good graph/request/prompt").toString();
    String withNaN = graph.replace("\"class_type\"", "\"is_changed\":[NaN],\"class_type\"");

    Answer answer = gateway.post("/webhook?respond=result", "{\"prompt\":" + withNaN + "}");

    assertThat(answer.json().path("status").asText()).as(answer.text()).isEqualTo("succeeded");
    Answer refused =
        gateway.post(
            "/webhook", "{\"prompt\":" + graph.replace("\"color\":7", "\"color\":NaN") + "}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("detail").asText())
        .startsWith("The number at /prompt/1/inputs/color is NaN, Infinity or too large");
  }

  private static List<String> warnings(JsonNode job) {
    List<String> found = new ArrayList<>();
    for (JsonNode warning : job.path("warnings")) {
      assertThat(warning.path("detail").asText()).isNotBlank();
      found.add((warning.path("code").asText() + " " + warning.path("node").asText()).strip());
    }
    return found;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
