package io.comfygateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PromptValidationTest {
  private final ObjectMapper json = new ObjectMapper();
  private final ObjectInfo info = new ObjectInfo(classesWithoutModels());
  private final PromptValidation validation = new PromptValidation(info, SimulatedVersion.V0_33);

  @TestFactory
  Stream<DynamicTest> every_recorded_submission_is_answered_as_recorded() {
    List<JsonNode> exchanges = new ArrayList<>();
    for (JsonNode exchange : read("/comfyui/http-0.33.json").get("exchanges")) {
      if (exchange.at("/request/json/prompt").isObject()
          && !exchange.at("/response/body/error/type").asText().equals("invalid_prompt_id")
          && exchange.at("/response/body").isObject()) {
        exchanges.add(exchange);
      }
    }
    assertThat(exchanges).hasSizeGreaterThan(10);
    return exchanges.stream()
        .map(e -> DynamicTest.dynamicTest(e.get("name").asText(), () -> answersAsRecorded(e)));
  }

  private void answersAsRecorded(JsonNode exchange) {
    JsonNode body = exchange.at("/response/body");

    PromptVerdict verdict = validation.validate((ObjectNode) exchange.at("/request/json/prompt"));

    assertThat(withoutTracebacks(verdict.nodeErrors()))
        .isEqualTo(withoutTracebacks(body.get("node_errors")));
    if (verdict instanceof PromptVerdict.Refused refused) {
      assertThat(refused.error()).isEqualTo(body.get("error"));
      assertThat(exchange.at("/response/status").asInt()).isEqualTo(400);
    } else {
      assertThat(exchange.at("/response/status").asInt()).isEqualTo(200);
    }
  }

  @TestFactory
  Stream<DynamicTest> every_fault_is_named_with_its_node() {
    return read("/simulator/faulty-graphs.json").properties().stream()
        .map(
            graph ->
                DynamicTest.dynamicTest(
                    graph.getKey(),
                    () -> {
                      PromptVerdict verdict =
                          validation.validate((ObjectNode) graph.getValue().get("prompt"));
                      assertThat(verdict).isInstanceOf(PromptVerdict.Refused.class);
                      assertThat(summary(verdict.nodeErrors()))
                          .isEqualTo(graph.getValue().get("errors"));
                    }));
  }

  @Test
  void one_good_output_is_enough_and_only_it_is_named() {
    ObjectNode graph = graph("one output valid and one not (accepted, with node_errors)");

    PromptVerdict verdict = validation.validate(graph);

    assertThat(((PromptVerdict.Accepted) verdict).outputs()).containsExactly("2");
  }

  @Test
  void only_the_outputs_asked_for_are_looked_at() {
    ObjectNode graph = graph("one output valid and one not (accepted, with node_errors)");

    assertThat(validation.validate(graph, Optional.of(Set.of("2"))).nodeErrors()).isEmpty();
    assertThat(validation.validate(graph, Optional.of(Set.of("3"))))
        .isInstanceOf(PromptVerdict.Refused.class);
  }

  @Test
  void an_uploaded_file_is_not_looked_for_in_the_list_but_the_nodes_own_check_is_asked() {
    ObjectNode graph = json.createObjectNode();
    ObjectNode load = graph.putObject("1").put("class_type", "LoadImage");
    load.putObject("inputs").put("image", "mine.png");
    ObjectNode save = graph.putObject("2").put("class_type", "PreviewImage");
    save.putObject("inputs").putArray("images").add("1").add(0);

    PromptVerdict withCheck =
        validation
            .withInputCheck((type, input, value) -> Optional.of("no file " + value.asText()))
            .validate(graph);

    assertThat(validation.validate(graph)).isInstanceOf(PromptVerdict.Accepted.class);
    assertThat(withCheck.nodeErrors().at("/1/errors/0/type").asText())
        .isEqualTo("custom_validation_failed");
    assertThat(withCheck.nodeErrors().at("/1/errors/0/details").asText())
        .isEqualTo("image - no file mine.png");
  }

  @Test
  void a_chain_that_is_too_deep_is_refused_and_does_not_overflow_the_stack() {
    ObjectNode graph = json.createObjectNode();
    for (int i = 1; i <= 5_000; i++) {
      ObjectNode scale = graph.putObject(String.valueOf(i)).put("class_type", "ImageScale");
      ObjectNode inputs = scale.putObject("inputs");
      inputs.put("upscale_method", "area").put("crop", "center").put("width", 8).put("height", 8);
      inputs.putArray("image").add(String.valueOf(i + 1)).add(0);
    }
    ObjectNode preview = graph.putObject("out").put("class_type", "PreviewImage");
    preview.putObject("inputs").putArray("images").add("1").add(0);

    assertThat(validation.validate(graph)).isInstanceOf(PromptVerdict.Refused.class);
  }

  private ObjectNode graph(String name) {
    for (JsonNode exchange : read("/comfyui/http-0.33.json").get("exchanges")) {
      if (exchange.get("name").asText().equals(name)) {
        return (ObjectNode) exchange.at("/request/json/prompt");
      }
    }
    throw new AssertionError("no exchange named " + name);
  }

  private ObjectNode summary(ObjectNode nodeErrors) {
    ObjectNode summary = json.createObjectNode();
    for (Map.Entry<String, JsonNode> node : nodeErrors.properties()) {
      ArrayNode lines = summary.putArray(node.getKey());
      for (JsonNode error : node.getValue().get("errors")) {
        lines.add(
            "%s: %s (%s)"
                .formatted(
                    error.get("type").asText(),
                    error.get("message").asText(),
                    error.get("details").asText()));
      }
    }
    return summary;
  }

  private static JsonNode withoutTracebacks(JsonNode nodeErrors) {
    JsonNode copy = nodeErrors.deepCopy();
    for (JsonNode extra : copy.findValues("extra_info")) {
      if (extra.has("traceback")) {
        ((ObjectNode) extra).putArray("traceback");
      }
    }
    return copy;
  }

  // The recorded server had no model files: its lists of them were empty.
  private ObjectNode classesWithoutModels() {
    JsonNode classes = read("/simulator/object_info.json");
    for (JsonNode groups : classes.findValues("required")) {
      for (JsonNode declaration : groups) {
        if (declaration.path(0).isObject()) {
          ((ArrayNode) declaration).set(0, json.createArrayNode());
        }
      }
    }
    return (ObjectNode) classes;
  }

  private JsonNode read(String resource) {
    try (InputStream stream = PromptValidationTest.class.getResourceAsStream(resource)) {
      return json.readTree(stream);
    } catch (IOException e) {
      throw new AssertionError(resource, e);
    }
  }
}
