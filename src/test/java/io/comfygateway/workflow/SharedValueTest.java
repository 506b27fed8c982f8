package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What one primitive of the editor sets in several nodes is one input of the workflow. */
class SharedValueTest {
  private static final JsonNode CASE = Cases.read("shared-values.json");

  private final Graph graph = Cases.graph(CASE.path("graph")).sharingAs(CASE.path("editor"));

  private static ObjectNode inputs() {
    return JsonNodeFactory.instance.objectNode();
  }

  private AppliedInputs apply(ObjectNode given) {
    return new Inputs(false, Cases.objectInfo()).apply(graph, given);
  }

  private static JsonNode at(Graph graph, String node, String field) {
    return graph.node(node).orElseThrow().inputs().get(field);
  }

  private static ObjectNode node(JsonNode editor, int id) {
    for (JsonNode node : editor.path("nodes")) {
      if (node.path("id").asInt() == id) {
        return (ObjectNode) node;
      }
    }
    throw new AssertionError("no node " + id);
  }

  @Test
  void one_name_sets_every_node_that_the_primitive_feeds() {
    Graph changed = apply(inputs().put("prompt", "a red car").put("steps", 3)).graph();

    assertThat(at(changed, "6", "text").asText()).isEqualTo("a red car");
    assertThat(at(changed, "15", "text").asText()).isEqualTo("a red car");
    assertThat(at(changed, "10", "steps").asInt()).isEqualTo(3);
    assertThat(at(changed, "11", "steps").asInt()).isEqualTo(3);
  }

  @Test
  void an_address_sets_its_node_alone() {
    Graph changed = apply(inputs().put("15.text", "finer")).graph();

    assertThat(at(changed, "6", "text").asText()).isEqualTo("a cat");
    assertThat(at(changed, "15", "text").asText()).isEqualTo("finer");
  }

  @Test
  void a_value_that_one_of_the_nodes_refuses_is_one_fault() {
    assertThatThrownBy(() -> apply(inputs().put("steps", "many")))
        .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.faults()).hasSize(1))
        .hasMessageContaining("steps (10.steps) must be a whole number");
  }

  @Test
  void a_primitive_is_called_by_its_title_where_no_well_known_name_fits() {
    Map<String, Address> names = graph.inputNames();

    assertThat(names)
        .containsEntry("Size", new Address("5", "width"))
        .containsEntry("Strength", new Address("11", "denoise"))
        .containsEntry("Folder", new Address("17", "filename_prefix"))
        .containsEntry("denoise", new Address("10", "denoise"))
        .containsKeys("prompt", "negative_prompt", "seed", "steps", "Refiner.cfg")
        .doesNotContainKeys("width", "height", "15.text", "Main subject", "Seed", "Refiner.steps");
  }

  @Test
  void the_first_primitive_of_a_title_keeps_it() {
    JsonNode editor = CASE.path("editor").deepCopy();
    node(editor, 9).put("title", "Folder");

    assertThat(Cases.graph(CASE.path("graph")).sharingAs(editor).inputNames())
        .containsEntry("Folder", new Address("17", "filename_prefix"))
        .containsEntry("Refiner.denoise", new Address("11", "denoise"));
  }

  /** A caller who writes an address means it. */
  @Test
  void a_title_that_reads_as_an_address_is_no_name() {
    JsonNode editor = CASE.path("editor").deepCopy();
    node(editor, 8).put("title", "10.cfg");

    assertThat(Cases.graph(CASE.path("graph")).sharingAs(editor).inputNames())
        .containsEntry("Save Image.filename_prefix", new Address("17", "filename_prefix"));
  }

  @Test
  void values_that_differ_in_the_graph_are_not_one() {
    ObjectNode other = CASE.path("graph").deepCopy();
    ((ObjectNode) other.at("/15/inputs")).put("text", "something else");

    Graph read = Cases.graph(other).sharingAs(CASE.path("editor"));

    assertThat(read.alike(new Address("6", "text"))).containsExactly(new Address("6", "text"));
    assertThat(read.alike(new Address("10", "steps"))).hasSize(2);
  }

  @Test
  void a_graph_with_other_values_or_without_a_node_keeps_the_rest() {
    ObjectNode less = CASE.path("graph").deepCopy();
    less.remove("15");

    assertThat(apply(inputs().put("15.text", "x")).graph().alike(new Address("6", "text")))
        .hasSize(2);
    assertThat(Cases.graph(less).sharingAs(graph).alike(new Address("6", "text"))).hasSize(1);
  }

  @Test
  void a_seed_of_a_primitive_is_drawn_once() {
    AppliedInputs nothing = new AppliedInputs(graph, List.of(), Set.of(), Set.of());
    Seeds seeds = new Seeds(new Random(3));

    Map<String, BigInteger> drawn =
        seeds.randomise(graph, new SeedChoice.Random(), Cases.objectInfo(), nothing).seeds();

    assertThat(drawn).containsOnlyKeys("10.seed", "11.seed");
    assertThat(drawn.get("10.seed")).isEqualTo(drawn.get("11.seed")).isNotEqualTo(77);
  }

  @Test
  void a_seed_that_the_caller_sets_for_one_of_them_stays() {
    AppliedInputs applied = apply(inputs().put("11.seed", 5));

    Map<String, BigInteger> seeds =
        new Seeds(new Random(3))
            .randomise(applied.graph(), new SeedChoice.Random(), Cases.objectInfo(), applied)
            .seeds();

    assertThat(seeds.get("11.seed")).isEqualTo(5);
    assertThat(seeds.get("10.seed")).isNotEqualTo(BigInteger.valueOf(5));
  }

  @Test
  void a_seed_of_a_sidecar_is_drawn_once_for_all_that_it_sets() {
    List<FileFault> faults = new ArrayList<>();
    Graph plain = Cases.graph(CASE.path("graph"));
    Workflow workflow =
        Sidecar.read(
                "w.yaml",
                "inputs: {s: {sets: [10.seed, 11.seed], type: seed}}"
                    .getBytes(StandardCharsets.UTF_8),
                plain,
                faults)
            .workflow("w", 1, "W", plain, Map.of());
    assertThat(faults).isEmpty();

    AppliedInputs applied = new Inputs(false, Optional.empty()).apply(workflow, inputs());
    Map<String, BigInteger> seeds =
        new Seeds(new Random(3))
            .randomise(applied.graph(), new SeedChoice.Random(), Optional.empty(), applied)
            .seeds();

    assertThat(seeds.get("10.seed")).isEqualTo(seeds.get("11.seed"));
  }

  @Test
  void a_sidecar_that_names_a_derived_input_sets_all_its_nodes() {
    List<FileFault> faults = new ArrayList<>();
    Sidecar sidecar =
        Sidecar.read(
            "w.yaml",
            "inputs: {steps: {max: 50}, subject: {sets: prompt}, one: {sets: 11.denoise}}"
                .getBytes(StandardCharsets.UTF_8),
            graph,
            faults);

    assertThat(faults).isEmpty();
    assertThat(sidecar.inputs().orElseThrow().stream().map(InputSpec::targets))
        .containsExactly(
            List.of(new Address("10", "steps"), new Address("11", "steps")),
            List.of(new Address("6", "text"), new Address("15", "text")),
            List.of(new Address("11", "denoise")));
  }

  @Test
  void the_schema_lists_what_an_input_sets() {
    ObjectNode schema = workflow(1).inputSchema(Cases.objectInfo());

    assertThat(schema.at("/properties/steps/x-address").asText()).isEqualTo("10.steps");
    assertThat(Cases.texts(schema.at("/properties/steps/x-sets")))
        .containsExactly("10.steps", "11.steps");
    assertThat(schema.at("/properties/Size/title").asText()).isEqualTo("Size");
    assertThat(schema.at("/properties/cfg").has("x-sets")).isFalse();
  }

  @Test
  void inspect_writes_what_an_input_sets() {
    String yaml = new SidecarDraft(graph, Cases.objectInfo()).toYaml("Base and refiner");

    assertThat(yaml)
        .contains("\n  prompt:\n    sets: [\"6.text\", \"15.text\"]\n")
        .contains("\n  Size:\n    sets: [\"5.width\", \"5.height\"]\n");
  }

  /** Uploads are read from the database after a start: with the file that they came as. */
  private Workflow workflow(int version) {
    WorkflowSource source =
        new WorkflowSource(
            "W",
            CASE.path("graph"),
            Optional.of(CASE.path("editor")),
            Optional.empty(),
            Optional.empty());
    return source.workflow("w", version, Graph.Limits.STANDARD, new ArrayList<>()).orElseThrow();
  }

  @Test
  void a_stored_version_knows_the_shared_values_of_its_file() {
    assertThat(workflow(3).inputNames()).contains("prompt", "Size").doesNotContain("15.text");
  }

  @Test
  void a_file_that_shares_other_values_is_another_version() {
    JsonNode apart = CASE.path("editor").deepCopy();
    node(apart, 15).withArray("inputs").forEach(it -> ((ObjectNode) it).putNull("link"));
    JsonNode moved = CASE.path("editor").deepCopy();
    ArrayNode nodes = (ArrayNode) moved.path("nodes");
    nodes.add(nodes.remove(0));

    assertThat(source(moved).hash()).isEqualTo(source(CASE.path("editor")).hash());
    assertThat(source(apart).hash()).isNotEqualTo(source(CASE.path("editor")).hash());
  }

  private static WorkflowSource source(JsonNode editor) {
    return new WorkflowSource(
        "W", CASE.path("graph"), Optional.of(editor), Optional.empty(), Optional.empty());
  }
}
