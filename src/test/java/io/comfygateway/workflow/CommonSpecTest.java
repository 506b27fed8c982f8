package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an input may be that sets two nodes which declare it differently. */
class CommonSpecTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ["INT", {"min": 0, "max": 99}] | ["INT", {"min": 1, "max": 50}] | {"type": "integer", "minimum": 1, "maximum": 50}
          ["INT", {"min": 0, "max": 99}] | ["FLOAT", {"min": 0.5}] | {"type": "integer", "minimum": 0.5, "maximum": 99}
          ["INT", {"min": 16, "max": 64, "step": 8}] | ["INT", {"min": 16, "max": 99, "step": 16}] | {"type": "integer", "minimum": 16, "maximum": 64, "multipleOf": 16}
          ["INT", {"min": 1}] | ["INT", {"min": 0, "step": 16}] | {"type": "integer", "minimum": 16, "multipleOf": 16}
          ["INT", {"min": 0, "step": 2}] | ["INT", {"min": 0, "step": 16}] | {"type": "integer", "minimum": 0, "multipleOf": 16}
          ["INT", {"min": 0, "max": 10}] | ["INT", {"min": 20}] | {"type": "integer", "minimum": 0, "maximum": 10}
          [["a", "b", "c"]] | [["c", "b"]] | {"enum": ["b", "c"]}
          [["a"]] | [["b"]] | {"enum": ["a"]}
          [["a", "b"]] | ["STRING"] | {"enum": ["a", "b"]}
          """)
  void the_narrowest_holds_for_both(String one, String other, String expected) {
    ObjectNode info = JSON.createObjectNode();
    declare(info, "One", one);
    declare(info, "Other", other);
    String value = one.startsWith("[[") ? "\"a\"" : "32";
    ObjectNode graph = JSON.createObjectNode();
    graph.set("1", json("{\"class_type\": \"One\", \"inputs\": {\"it\": " + value + "}}"));
    graph.set("2", json("{\"class_type\": \"Other\", \"inputs\": {\"it\": " + value + "}}"));
    Graph shared =
        Cases.graph(graph)
            .sharing(
                List.of(
                    new SharedValue(
                        "9",
                        Optional.of("It"),
                        List.of(new Address("1", "it"), new Address("2", "it")))));
    Workflow workflow =
        new Workflow("w", 1, "", "", shared, false, List.of(), JSON.createObjectNode(), Set.of());

    ObjectNode property =
        (ObjectNode) workflow.inputSchema(Optional.of(new ObjectInfo(info))).at("/properties/It");

    property.remove(List.of("title", "default", "x-address", "x-sets"));
    assertThat(json(property.toString())).isEqualTo(json(expected));
  }

  private static void declare(ObjectNode info, String name, String input) {
    info.putObject(name).putObject("input").putObject("required").set("it", json(input));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
