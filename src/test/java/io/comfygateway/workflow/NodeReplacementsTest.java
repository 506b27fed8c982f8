package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class NodeReplacementsTest {
  private final NodeReplacements replacements =
      NodeReplacements.read(Cases.read("node-replacements.json"));
  private final ObjectInfo info =
      new ObjectInfo((ObjectNode) Cases.read("validation-info.json"), replacements);

  @Test
  void a_class_becomes_the_first_that_is_named_for_it_and_what_is_malformed_is_passed_over() {
    assertThat(replacements.of("OldSave")).contains("SaveImage");
    assertThat(replacements.of("no list")).isEmpty();
    assertThat(replacements.of("no class")).isEmpty();
    assertThat(replacements.of("nothing")).isEmpty();
    assertThat(NodeReplacements.read(JsonNodeFactory.instance.arrayNode()).of("x")).isEmpty();
  }

  @Test
  void a_class_that_the_server_has_is_not_replaced() {
    assertThat(info.runAs("SaveImage")).isEqualTo("SaveImage");
    assertThat(info.runAs("OldSave")).isEqualTo("SaveImage");
    assertThat(info.runs("OldSave")).isTrue();
    assertThat(info.runs("Unheard")).isFalse();
  }

  @Test
  void a_replacement_by_a_class_that_may_not_be_used_does_not_count() {
    NodeReplacements allowed = replacements.onlyInto(type -> !type.equals("SaveImage"));

    assertThat(allowed.of("OldSave")).isEmpty();
    assertThat(allowed.of("OldInvert")).contains("ImageInvert");
  }

  @Test
  void rules_see_the_new_class_and_the_inputs_by_both_names() {
    Graph graph =
        Cases.graph(Cases.read("validation.json").at("/a class that the server replaces/prompt"));

    Graph shown = replacements.shown(graph, info::knows);

    assertThat(shown.node("1").orElseThrow().classType()).isEqualTo("ImageInvert");
    assertThat(shown.node("1").orElseThrow().inputs()).containsOnlyKeys("picture", "image");
    assertThat(shown.node("2").orElseThrow().classType()).isEqualTo("SaveImage");
    assertThat(graph.node("1").orElseThrow().classType()).isEqualTo("OldInvert");
  }

  @Test
  void only_a_node_that_will_be_replaced_and_has_no_meta_gets_one() {
    ObjectNode prompt =
        Cases.read("validation.json").at("/a class that the server replaces/prompt").deepCopy();
    ((ObjectNode) prompt.get("2"))
        .put("class_type", "OldSave")
        .putObject("_meta")
        .put("title", "Mine");
    ObjectNode known = prompt.putObject("3").put("class_type", "SaveImage");

    replacements.addMeta(prompt, info::knows);

    assertThat(prompt.at("/1/_meta/title").asText()).isEqualTo("OldInvert");
    assertThat(prompt.at("/2/_meta/title").asText()).isEqualTo("Mine");
    assertThat(known.has("_meta")).isFalse();
  }
}
