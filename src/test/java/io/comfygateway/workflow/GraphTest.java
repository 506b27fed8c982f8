package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.GraphNode.Link;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GraphTest {
  private final JsonNode json = Cases.read("titled.json");
  private final Graph graph = Cases.graph(json);

  @TestFactory
  Stream<DynamicTest> what_is_no_graph_is_refused_with_a_pointer_and_a_remedy() {
    return Cases.each(
        "graphs.json",
        c -> {
          Problem problem =
              catchThrowableOfType(
                  Problem.class,
                  () -> Graph.parse(c.get("prompt"), "/prompt", new Graph.Limits(4, 5, 40)));

          assertThat(problem.type()).isEqualTo(ProblemType.INVALID_WORKFLOW);
          assertThat(problem.getMessage()).contains(c.get("says").asText());
          assertThat(problem.faults())
              .extracting(Problem.Fault::pointer)
              .containsExactlyElementsOf(Cases.texts(c.get("pointers")));
        });
  }

  @Test
  void a_link_with_the_nodes_id_as_a_number_is_read_as_its_text() {
    ObjectNode numbered = (ObjectNode) json.deepCopy();
    ObjectNode inputs = (ObjectNode) numbered.at("/3/inputs");
    inputs.putArray("latent_image").add(5).add(0);
    inputs.putArray("sizes").add(512).add(512);
    inputs.putArray("real").add(5.0).add(0);

    Graph read = Cases.graph(numbered);

    assertThat(read.node("3").orElseThrow().link("latent_image")).contains(new Link("5", 0));
    assertThat(read.toJson().at("/3/inputs/latent_image")).hasToString("[\"5\",0]");
    assertThat(read.toJson().at("/3/inputs/sizes")).hasToString("[512,512]");
    assertThat(read.toJson().at("/3/inputs/real")).hasToString("[5.0,0]");
  }

  @Test
  void a_link_to_a_node_that_is_not_there_is_left_to_the_validation() {
    ObjectNode dangling = (ObjectNode) json.deepCopy();
    ((ObjectNode) dangling.at("/3/inputs")).putArray("latent_image").add("99").add(0);

    assertThat(Cases.graph(dangling).toJson()).isEqualTo(dangling);
  }

  @Test
  void what_a_run_left_in_a_picture_is_dropped_where_it_is_no_JSON() {
    ObjectNode left = (ObjectNode) json.deepCopy();
    ((ObjectNode) left.get("3")).putArray("is_changed").add(Double.NaN);
    ((ObjectNode) left.get("5")).putArray("is_changed").add("hash");

    ObjectNode read = Cases.graph(left).toJson();

    assertThat(read.at("/3").has("is_changed")).isFalse();
    assertThat(read.at("/5/is_changed")).hasToString("[\"hash\"]");
    assertThat(read.at("/3/inputs")).isEqualTo(json.at("/3/inputs"));
  }

  @Test
  void a_hostile_graph_does_not_ask_for_a_fault_per_node() {
    ObjectNode hostile = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < 1_000; i++) {
      hostile.put("n" + i, i);
    }

    Problem problem = catchThrowableOfType(Problem.class, () -> Cases.graph(hostile));

    assertThat(problem.faults()).hasSize(100);
  }

  @Test
  void a_graph_goes_to_comfyui_as_it_came() {
    assertThat(graph.toJson()).isEqualTo(json);
  }

  @Test
  void a_graph_is_taken_out_of_its_wrapper() {
    for (String wrapper : new String[] {"prompt", "workflow"}) {
      ObjectNode wrapped = JsonNodeFactory.instance.objectNode();
      wrapped.set(wrapper, json);

      assertThat(Cases.graph(wrapped).toJson()).isEqualTo(json);
    }
  }

  @Test
  void a_node_whose_id_is_prompt_is_no_wrapper() {
    ObjectNode named = JsonNodeFactory.instance.objectNode();
    named.set("prompt", json.get("6"));

    assertThat(Cases.graph(named).node("prompt")).isPresent();
  }

  @Test
  void a_node_without_inputs_gets_an_empty_set_of_them() {
    ObjectNode bare = JsonNodeFactory.instance.objectNode();
    bare.putObject("1").put("class_type", "DisableNoise");

    assertThat(Cases.graph(bare).toJson().at("/1/inputs")).isEqualTo(bare.objectNode());
  }

  @Test
  void a_change_leaves_the_graph_that_it_was_made_from() {
    Graph changed = graph.with(Map.of(new Address("3", "steps"), IntNode.valueOf(5)));

    assertThat(changed.toJson().at("/3/inputs/steps")).isEqualTo(IntNode.valueOf(5));
    assertThat(graph.toJson()).isEqualTo(json);
  }

  @Test
  void what_the_caller_does_to_his_json_later_does_not_reach_the_graph() {
    ObjectNode mine = json.deepCopy();
    Graph parsed = Cases.graph(mine);
    mine.removeAll();
    parsed.toJson().removeAll();

    assertThat(parsed.toJson()).isEqualTo(json);
  }

  @Test
  void a_node_is_found_by_its_id_before_any_title() {
    assertThat(graph.find("3").classType()).isEqualTo("KSampler");
    assertThat(graph.find("Sampler").id()).isEqualTo("3");
  }

  @Test
  void a_title_of_several_nodes_is_refused_with_their_ids() {
    Problem problem =
        catchThrowableOfType(Problem.class, () -> graph.find("CLIP Text Encode (Prompt)"));

    assertThat(problem).hasMessageContaining("one of 6, 7");
  }

  @Test
  void a_title_that_no_node_has_is_refused_with_those_that_there_are() {
    Problem problem = catchThrowableOfType(Problem.class, () -> graph.find("Sampel"));

    assertThat(problem).hasMessageContaining("3 (Sampler)").hasMessageContaining("10 (Photo)");
  }

  @Test
  void a_list_of_a_string_and_a_number_is_a_link_and_every_other_list_a_value() {
    GraphNode sampler = graph.node("3").orElseThrow();

    assertThat(sampler.link("latent_image")).contains(new Link("5", 0));
    assertThat(sampler.literal("latent_image")).isEmpty();
    assertThat(graph.node("8").orElseThrow().literal("list")).isPresent();
  }
}
