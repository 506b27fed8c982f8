package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each case of {@code derived-names.json} is a graph and the names of its literals, in order. */
class DerivedNamesTest {
  @TestFactory
  Stream<DynamicTest> literals_are_named_as_people_would() {
    return Cases.each(
        "derived-names.json",
        rule -> {
          List<String> expected = new ArrayList<>();
          rule.path("names")
              .properties()
              .forEach(name -> expected.add(name.getKey() + " = " + name.getValue().asText()));

          assertThat(names(Cases.graph(rule.path("graph")))).containsExactlyElementsOf(expected);
        });
  }

  /** The editor gives a new node the highest id. */
  @TestFactory
  Stream<DynamicTest> a_new_node_takes_no_name_from_another() {
    return Cases.each(
        "derived-names.json",
        rule -> {
          Graph before = Cases.graph(rule.path("graph"));
          ObjectNode more = rule.path("graph").deepCopy();
          for (JsonNode node : rule.path("graph")) {
            more.set(Integer.toString(100 + more.size()), node.deepCopy());
          }

          assertThat(names(Cases.graph(more))).containsAll(names(before));
        });
  }

  @Test
  void a_title_of_several_nodes_is_refused_where_the_first_has_another_name() {
    JsonNode graph =
        Cases.read("derived-names.json")
            .at("/the sampler with the lowest id is the main one/graph");
    Inputs inputs = new Inputs(false, java.util.Optional.empty());
    JsonNode given =
        com.fasterxml.jackson.databind.node.JsonNodeFactory.instance
            .objectNode()
            .put("KSampler.steps", 3);

    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> inputs.apply(Cases.graph(graph), given))
        .hasMessageContaining(
            "Several nodes have the title \"KSampler\": say which by its id, one of 12, 3");
  }

  /** Each dot could be the border of the name, and costs a look at the names before it. */
  @Test
  void a_title_of_very_many_dots_gives_no_name() {
    JsonNode graph =
        Cases.read("derived-names.json")
            .at("/the sampler with the lowest id is the main one/graph")
            .deepCopy();
    ((ObjectNode) graph.path("3")).putObject("_meta").put("title", "a" + ".".repeat(1_000_000));

    assertThat(names(Cases.graph(graph))).allSatisfy(name -> assertThat(name).hasSizeLessThan(100));
  }

  private static List<String> names(Graph graph) {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, Address> name : graph.inputNames().entrySet()) {
      names.add(name.getKey() + " = " + name.getValue());
    }
    return names;
  }
}
