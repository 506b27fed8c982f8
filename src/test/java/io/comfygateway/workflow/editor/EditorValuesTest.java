package io.comfygateway.workflow.editor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The values of a job in the file of the editor that its workflow was converted from. */
class EditorValuesTest {
  private static final Path FOLDER = Path.of("src/test/resources/editor");

  private final JsonNode classes = read("object_info.json");
  private final EditorConversion conversion = new EditorConversion(classes);
  private final EditorValues values = new EditorValues(classes);

  private static JsonNode read(String file) {
    try {
      return TestJson.parse(Files.readString(FOLDER.resolve(file)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode editor(String rule) {
    return read("cases/" + rule + ".json").path("editor");
  }

  private static ObjectNode set(ObjectNode graph, String node, String field, String value) {
    ObjectNode changed = graph.deepCopy();
    ((ObjectNode) changed.path(node).path("inputs")).set(field, json(value));
    return changed;
  }

  private static JsonNode json(String text) {
    return TestJson.parse("{\"it\":" + text + "}").path("it");
  }

  @ParameterizedTest
  @CsvSource({
    "order, 2, seed, 99",
    "order, 2, steps, 7",
    "order, 1, file, '\"b.safetensors\"'",
    "control-missing, 2, steps, 7",
    "by-name, 2, crf, 3",
    "values-named, 2, radius, 9",
    "dynamic-choice, 2, mode.width, 128",
    "list-value, 2, weights, '{\"__value__\": [\"q\"]}'",
    "primitive, 2, seed, 99",
    "primitive, 2, steps, 7"
  })
  void the_editor_shows_the_value_that_ran(String rule, String node, String field, String value)
      throws ConversionException {
    JsonNode file = editor(rule);
    ObjectNode before = conversion.convert(file).graph();
    ObjectNode after = set(before, node, field, value);
    JsonNode untouched = file.deepCopy();

    JsonNode shown = values.with(file, before, after);

    assertThat(after).isNotEqualTo(before);
    assertThat(conversion.convert(shown).graph()).isEqualTo(after);
    assertThat(file).isEqualTo(untouched);
  }

  @Test
  void a_primitive_shows_the_value_that_its_inputs_got() throws ConversionException {
    JsonNode file = editor("primitive");
    ObjectNode before = conversion.convert(file).graph();

    JsonNode shown = values.with(file, before, set(before, "2", "seed", "99"));

    assertThat(shown.at("/nodes/1/widgets_values").toString()).isEqualTo("[99,\"fixed\"]");
  }

  @Test
  void a_file_whose_values_are_as_before_is_sent_as_it_is() throws ConversionException {
    JsonNode file = editor("order");
    ObjectNode graph = conversion.convert(file).graph();

    assertThat(values.with(file, graph, graph)).isSameAs(file);
  }

  @Test
  void a_primitive_whose_inputs_got_different_values_keeps_its_own() throws ConversionException {
    ObjectNode file = editor("primitive").deepCopy();
    ObjectNode second = file.path("nodes").get(3).deepCopy();
    file.withArray("nodes").add(second.put("id", 9));
    ObjectNode before = conversion.convert(file).graph();

    JsonNode shown = values.with(file, before, set(before, "9", "seed", "99"));

    assertThat(shown.at("/nodes/1/widgets_values/0").asInt()).isEqualTo(77);
  }

  @Test
  void nodes_inside_of_a_subgraph_keep_the_values_of_the_file() throws ConversionException {
    JsonNode file = editor("subgraph-value");
    ObjectNode before = conversion.convert(file).graph();
    List<String> inside =
        new ArrayList<>(before.properties().stream().map(Map.Entry::getKey).toList());
    inside.removeIf(id -> !id.contains(":"));
    ObjectNode after = before.deepCopy();
    for (String id : inside) {
      ObjectNode inputs = (ObjectNode) after.path(id).path("inputs");
      before
          .path(id)
          .path("inputs")
          .properties()
          .forEach(
              input -> {
                if (input.getValue().isInt()) {
                  inputs.put(input.getKey(), 3);
                }
              });
    }

    assertThat(after).isNotEqualTo(before);
    assertThat(values.with(file, before, after).path("nodes")).isEqualTo(file.path("nodes"));
  }
}
