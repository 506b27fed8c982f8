package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sidecar can say of a graph beside names, types and ranges. */
class SidecarTest {
  @TempDir private Path folder;

  private JsonNode graph;
  private Optional<ObjectInfo> info;

  @BeforeEach
  void read() {
    JsonNode both = Cases.read("derived-schema.json");
    graph = both.path("graph");
    info = Optional.of(new ObjectInfo((ObjectNode) both.path("object_info")));
  }

  @Test
  void an_input_that_names_no_node_is_the_derived_one_of_that_name() throws IOException {
    Workflow workflow = load("inputs: {prompt: {max_length: 10}, steps: {type: integer, max: 30}}");

    assertThat(applied(workflow, "{'prompt':'a dog','steps':12}").at("/2/inputs/text").asText())
        .isEqualTo("a dog");
    assertThatThrownBy(() -> applied(workflow, "{'steps':31}"))
        .hasMessage("steps must be a whole number of at most 30, not 31");
  }

  @Test
  void an_input_may_set_several_fields() throws IOException {
    Workflow workflow =
        load(
            "inputs: {size: {type: integer, sets: [3.width, EmptyLatentImage.height, {node: '1', field: steps}]}}");

    JsonNode sent = applied(workflow, "{'size':64}");

    assertThat(sent.at("/3/inputs")).hasToString("{\"width\":64,\"height\":64}");
    assertThat(sent.at("/1/inputs/steps").asInt()).isEqualTo(64);
  }

  @Test
  void a_single_address_needs_no_list() throws IOException {
    Workflow workflow = load("inputs: {wide: {type: integer, sets: 3.width}}");

    assertThat(applied(workflow, "{'wide':64}").at("/3/inputs/width").asInt()).isEqualTo(64);
  }

  @Test
  void choices_can_be_those_of_a_node_class() throws IOException {
    Workflow workflow =
        load("inputs: {sampler_name: {type: choice, enum: {from: KSampler.sampler_name}}}");

    assertThat(property(workflow, "sampler_name").path("enum")).hasToString("[\"euler\",\"heun\"]");
    assertThatThrownBy(() -> applied(workflow, "{'sampler_name':'odd'}"))
        .hasMessageContaining("must be one of \"euler\", \"heun\", not \"odd\"");
  }

  @Test
  void until_a_server_reports_the_class_any_choice_is_taken() throws IOException {
    Workflow workflow =
        load("inputs: {sampler_name: {type: choice, enum: {from: KSampler.sampler_name}}}");
    info = Optional.empty();

    assertThat(property(workflow, "sampler_name").has("enum")).isFalse();
    assertThat(applied(workflow, "{'sampler_name':'odd'}").at("/1/inputs/sampler_name").asText())
        .isEqualTo("odd");
  }

  @Test
  void a_hidden_input_sets_its_default_and_takes_nothing() throws IOException {
    Workflow workflow =
        load("inputs: {cfg: {type: number}, steps: {type: integer, hidden: true, default: 4}}");

    assertThat(applied(workflow, "{}").at("/1/inputs/steps").asInt()).isEqualTo(4);
    assertThatThrownBy(() -> applied(workflow, "{'steps':5}"))
        .hasMessage("There is no input \"steps\" in this workflow (inputs: cfg)");
    assertThat(workflow.inputNames()).containsExactly("cfg");
    assertThat(workflow.inputSchema(info).path("properties").size()).isEqualTo(1);
  }

  @Test
  void what_it_does_not_say_is_as_the_servers_declare_it() throws IOException {
    Workflow workflow =
        load(
            "inputs: {steps: {label: Steps, max: 30}, sampler_name: {label: Sampler}, prompt: {label: P}}");

    assertThat(property(workflow, "steps").path("type").asText()).isEqualTo("integer");
    assertThat(property(workflow, "steps").path("maximum").asInt()).isEqualTo(30);
    assertThat(property(workflow, "steps").path("title").asText()).isEqualTo("Steps");
    assertThat(property(workflow, "sampler_name").path("enum")).hasToString("[\"euler\",\"heun\"]");
    assertThatThrownBy(() -> applied(workflow, "{'steps':2.5}")).hasMessageContaining("whole");
    assertThatThrownBy(() -> applied(workflow, "{'sampler_name':'odd'}"))
        .hasMessageContaining("must be one of");

    info = Optional.empty();
    assertThat(property(workflow, "steps").path("type").asText()).isEqualTo("number");
    assertThat(applied(workflow, "{'sampler_name':'odd'}").at("/1/inputs/sampler_name").asText())
        .isEqualTo("odd");
  }

  @Test
  void forms_get_label_group_examples_and_how_a_text_is_written() throws IOException {
    Workflow workflow =
        load(
            "inputs: {prompt: {label: What to draw, group: Basics, examples: [a dog, a cow], multiline: true, advanced: true}}");

    assertThat(property(workflow, "prompt"))
        .hasToString(
            "{'type':'string','title':'What to draw','x-group':'Basics','x-multiline':true,'x-advanced':true,'default':'a cat','examples':['a dog','a cow']}"
                .replace('\'', '"'));
  }

  @Test
  void outputs_are_named_by_the_id_or_the_title_of_their_node() throws IOException {
    Workflow workflow = load("outputs: {picture: LoadImage, latent: 3}");

    assertThat(workflow.outputs()).isEqualTo(Map.of("4", "picture", "3", "latent"));
  }

  /** Names apart, which then have no dots. */
  @Test
  void a_draft_says_what_is_derived_without_it() throws IOException {
    JsonNode derived = load("").inputSchema(info).path("properties");
    String yaml = new SidecarDraft(Cases.graph(graph), info).toYaml("Mine: \"one\"");

    Workflow workflow = load(yaml);

    assertThat(workflow.title()).isEqualTo("Mine: \"one\"");
    JsonNode properties = workflow.inputSchema(info).path("properties");
    assertThat(properties.size()).isEqualTo(derived.size());
    Iterator<JsonNode> described = properties.iterator();
    for (JsonNode expected : derived) {
      ((ObjectNode) expected).remove("x-address");
      assertThat(described.next()).hasToString(expected.toString());
    }
    assertThat(workflow.inputNames()).contains("prompt", "width", "KSampler_tiling");
  }

  @Test
  void a_draft_loads_also_where_the_graph_has_a_value_that_is_not_allowed() throws IOException {
    ((ObjectNode) graph.at("/1/inputs")).put("steps", 0);

    Workflow workflow = load(new SidecarDraft(Cases.graph(graph), info).toYaml("Mine"));

    assertThat(property(workflow, "steps").has("minimum")).isFalse();
    assertThat(property(workflow, "width").path("minimum").asInt()).isEqualTo(16);
  }

  private Workflow load(String yaml) throws IOException {
    Files.writeString(folder.resolve("w.json"), graph.toString());
    Files.writeString(folder.resolve("w.yaml"), yaml);
    WorkflowLibrary library = new WorkflowLibrary(folder);
    assertThat(library.faults()).isEmpty();
    return library.find("w").orElseThrow();
  }

  private JsonNode applied(Workflow workflow, String inputs) throws IOException {
    JsonNode given = new ObjectMapper().readTree(inputs.replace('\'', '"'));
    return new Inputs(false, info).apply(workflow, given).graph().toJson();
  }

  private JsonNode property(Workflow workflow, String name) {
    return workflow.inputSchema(info).path("properties").path(name);
  }
}
