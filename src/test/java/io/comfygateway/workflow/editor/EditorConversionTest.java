package io.comfygateway.workflow.editor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.editor.EditorConversion.Converted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file in {@code editor/cases} is one rule: a file of the editor, and what it becomes. */
class EditorConversionTest {
  private static final Path FOLDER = Path.of("src/test/resources/editor");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EditorConversion conversion = new EditorConversion(read("object_info.json"));

  static Stream<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER.resolve("cases"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void the_rule_holds(String name) throws ConversionException {
    JsonNode rule = read("cases/" + name);
    String says = rule.path("rule").asText();

    if (rule.has("faults")) {
      ConversionException refused =
          catchThrowableOfType(
              ConversionException.class, () -> conversion.convert(rule.path("editor")));
      assertThat(refused).as(says).isNotNull();
      assertThat(refused.faults().stream().map(ConversionFault::toString))
          .as(says)
          .containsExactlyElementsOf(texts(rule.path("faults")));
      return;
    }
    Converted converted = conversion.convert(rule.path("editor"));
    assertThat(withoutTitles(converted.graph())).as(says).isEqualTo(rule.path("graph"));
    assertThat(converted.remarks()).as(says).containsExactlyElementsOf(texts(rule.path("remarks")));
  }

  @Test
  void a_node_is_titled_as_in_the_editor_or_as_its_class() throws ConversionException {
    ObjectNode editor = read("cases/order.json").path("editor").deepCopy();
    ((ObjectNode) editor.path("nodes").get(0)).put("title", "My model");

    ObjectNode graph = conversion.convert(editor).graph();

    assertThat(graph.at("/1/_meta/title").asText()).isEqualTo("My model");
    assertThat(graph.at("/2/_meta/title").asText()).isEqualTo("The Sampler");
  }

  @Test
  void every_node_that_does_not_fit_is_named_at_once() {
    ObjectNode editor = read("cases/order.json").path("editor").deepCopy();
    editor.path("nodes").forEach(node -> ((ObjectNode) node).put("type", "Nowhere"));

    assertThatThrownBy(() -> conversion.convert(editor))
        .isInstanceOf(ConversionException.class)
        .hasMessageContaining("Node 1 (Nowhere)")
        .hasMessageContaining("Node 2 (Nowhere)");
  }

  @Test
  void a_file_has_at_most_ten_thousand_nodes() {
    ObjectNode editor = JSON.createObjectNode();
    var nodes = editor.putArray("nodes");
    for (int i = 0; i <= 10_000; i++) {
      nodes.addObject().put("id", i).put("type", "Note");
    }

    assertThatThrownBy(() -> conversion.convert(editor))
        .hasMessage("The file has more than 10000 nodes; split the workflow");
  }

  @Test
  void subgraphs_that_multiply_are_cut_off() {
    ObjectNode editor = JSON.createObjectNode();
    editor.putArray("nodes").addObject().put("id", 1).put("type", "level-0");
    var subgraphs = editor.putObject("definitions").putArray("subgraphs");
    for (int level = 0; level < 20; level++) {
      ObjectNode definition = subgraphs.addObject().put("id", "level-" + level);
      var nodes = definition.putArray("nodes");
      for (int i = 0; i < 10; i++) {
        nodes.addObject().put("id", i).put("type", "level-" + (level + 1));
      }
    }

    assertThatThrownBy(() -> conversion.convert(editor))
        .hasMessageContaining("more than 2000 subgraphs or 10000 nodes");
  }

  @Test
  void sockets_that_multiply_with_their_subgraph_are_cut_off() {
    ObjectNode editor = JSON.createObjectNode();
    var nodes = editor.putArray("nodes");
    for (int i = 0; i <= 250; i++) {
      nodes.addObject().put("id", i).put("type", "wide");
    }
    ObjectNode definition =
        editor.putObject("definitions").putArray("subgraphs").addObject().put("id", "wide");
    ObjectNode node = definition.putArray("nodes").addObject().put("id", 1).put("type", "Note");
    for (int i = 0; i < 800; i++) {
      node.withArray("outputs").addObject().put("type", "*");
    }

    assertThatThrownBy(() -> conversion.convert(editor))
        .hasMessage("The workflow has more than 200000 inputs and outputs; split the workflow");
  }

  @Test
  void a_node_has_at_most_a_thousand_inputs() {
    ObjectNode editor = JSON.createObjectNode();
    ObjectNode node = editor.putArray("nodes").addObject().put("id", 1).put("type", "Note");
    for (int i = 0; i <= 1_000; i++) {
      node.withArray("inputs").addObject().put("type", "*");
    }

    assertThatThrownBy(() -> conversion.convert(editor))
        .hasMessage("A node has more than 1000 inputs; split it");
  }

  @Test
  void links_that_take_too_long_to_follow_are_cut_off() {
    ObjectNode editor = JSON.createObjectNode();
    var nodes = editor.putArray("nodes");
    var links = editor.putArray("links");
    for (int i = 1; i < 3_000; i++) {
      ObjectNode reroute = nodes.addObject().put("id", i).put("type", "Reroute");
      reroute.putArray("inputs").addObject().put("name", "").put("type", "*").put("link", i);
      links.addArray().add(i).add(i - 1).add(0).add(i).add(0).add("*");
    }
    for (int i = 3_000; i < 5_000; i++) {
      ObjectNode end = nodes.addObject().put("id", i).put("type", "Show");
      end.putArray("inputs").addObject().put("name", "text").put("type", "*").put("link", i);
      links.addArray().add(i).add(2_999).add(0).add(i).add(0).add("*");
    }

    assertThatThrownBy(() -> conversion.convert(editor))
        .hasMessageContaining("too long to be followed");
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static JsonNode withoutTitles(ObjectNode graph) {
    ObjectNode bare = graph.deepCopy();
    bare.forEach(node -> ((ObjectNode) node).remove("_meta"));
    return bare;
  }

  private static JsonNode read(String file) {
    try {
      return JSON.readTree(FOLDER.resolve(file).toFile());
    } catch (IOException e) {
      throw new IllegalStateException(file, e);
    }
  }
}
