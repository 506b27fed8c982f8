package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Warning;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DeclaredDefaultsTest {
  private final ObjectInfo info = new ObjectInfo((ObjectNode) Cases.read("defaults-info.json"));

  @TestFactory
  Stream<DynamicTest> a_required_input_that_is_missing_gets_its_declared_default() {
    return Cases.each(
        "defaults.json",
        c -> {
          Graph graph = Cases.graph(c.get("prompt"));

          DeclaredDefaults.Filled filled =
              DeclaredDefaults.fill(graph, info, Set.copyOf(Cases.texts(c.path("later"))));

          assertThat(added(graph, filled.graph())).isEqualTo(expected(c.get("filled")));
          assertThat(filled.warnings()).hasSize(c.get("filled").size());
        });
  }

  private static Map<String, JsonNode> added(Graph before, Graph after) {
    Map<String, JsonNode> added = new LinkedHashMap<>();
    for (GraphNode node : after.nodes()) {
      node.inputs()
          .forEach(
              (field, value) -> {
                JsonNode old = before.node(node.id()).orElseThrow().inputs().get(field);
                if (!value.equals(old)) {
                  added.put(node.id() + "." + field, value);
                }
              });
    }
    return added;
  }

  private static Map<String, JsonNode> expected(JsonNode filled) {
    Map<String, JsonNode> expected = new LinkedHashMap<>();
    filled.properties().forEach(entry -> expected.put(entry.getKey(), entry.getValue()));
    return expected;
  }

  @Test
  void the_job_says_what_was_filled_in() {
    Graph graph =
        Cases.graph(Cases.read("defaults.json").at("/an input of the chosen option/prompt"));

    assertThat(DeclaredDefaults.fill(graph, info, Set.of()).warnings())
        .containsExactly(
            Warning.ofNode(
                "default_filled",
                "1",
                "Node 1 (Chooser) has no mode.top, which its class now requires; the declared default 64 was filled in."));
  }
}
