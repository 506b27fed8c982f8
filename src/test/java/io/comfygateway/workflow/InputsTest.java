package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class InputsTest {
  private static final FileSource.Part PART = new FileSource.Part("1.image");
  private static final String GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  private final Graph graph = Cases.graph(Cases.read("titled.json"));
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> a_graph_without_names_is_addressed_by_id_and_title() {
    return Cases.each(
        "input-cases.json", c -> check(c, (inputs, given) -> inputs.apply(graph, given)));
  }

  @TestFactory
  Stream<DynamicTest> a_sidecar_names_what_may_be_set() throws IOException {
    Workflow workflow = named();
    return Cases.each(
        "named-cases.json", c -> check(c, (inputs, given) -> inputs.apply(workflow, given)));
  }

  private static void check(JsonNode c, BiFunction<Inputs, JsonNode, AppliedInputs> apply) {
    Optional<ObjectInfo> info =
        c.path("object_info").asBoolean() ? Cases.objectInfo() : Optional.empty();
    Inputs inputs = new Inputs(c.path("lenient").asBoolean(), info);
    if (c.has("faults")) {
      Problem problem =
          catchThrowableOfType(Problem.class, () -> apply.apply(inputs, c.get("inputs")));
      assertThat(problem.type()).isEqualTo(ProblemType.INVALID_INPUT);
      Map<String, String> faults = new HashMap<>();
      problem.faults().forEach(fault -> faults.put(fault.pointer(), fault.detail()));
      assertThat(faults).hasSize(c.get("faults").size());
      c.get("faults")
          .properties()
          .forEach(e -> assertThat(faults.get(e.getKey())).contains(e.getValue().asText()));
      return;
    }
    AppliedInputs applied = apply.apply(inputs, c.get("inputs"));
    JsonNode result = applied.graph().toJson();
    c.path("sets")
        .properties()
        .forEach(
            e -> {
              String[] address = e.getKey().split("\\.", 2);
              JsonNode value = result.path(address[0]).path("inputs").path(address[1]);
              assertThat(value.toString()).isEqualTo(e.getValue().toString());
            });
    Map<String, String> media = new HashMap<>();
    applied.media().forEach(m -> media.put(m.address().toString(), m.kind().name()));
    Map<String, String> expected = new HashMap<>();
    c.path("media").properties().forEach(e -> expected.put(e.getKey(), e.getValue().asText()));
    assertThat(media).isEqualTo(expected);
    if (c.has("drawn")) {
      assertThat(applied.drawn()).containsExactlyInAnyOrderElementsOf(Cases.texts(c.get("drawn")));
    }
    if (c.has("explicit")) {
      assertThat(applied.explicit())
          .containsExactlyInAnyOrderElementsOf(Cases.texts(c.get("explicit")));
    }
  }

  @Test
  void inputs_may_be_left_out() {
    Inputs inputs = new Inputs(false, Optional.empty());

    for (JsonNode none : List.of(MissingNode.getInstance(), NullNode.getInstance())) {
      assertThat(inputs.apply(graph, none).graph().toJson()).isEqualTo(graph.toJson());
    }
  }

  @Test
  void inputs_that_are_no_object_are_refused() {
    Problem problem =
        catchThrowableOfType(
            Problem.class,
            () -> new Inputs(false, Optional.empty()).apply(graph, TextNode.valueOf("x")));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/inputs");
  }

  @Test
  void media_say_which_field_gave_them_and_keep_its_value() throws IOException {
    JsonNode given = JsonNodeFactory.instance.objectNode().put("size", 64).put("photo", "AAAA");

    AppliedInputs applied = new Inputs(false, Optional.empty()).apply(named(), given);

    assertThat(applied.media())
        .containsExactly(
            new MediaInput(
                "/inputs/photo", "10", "image", InputType.IMAGE, new FileSource.Text("AAAA")));
  }

  @Test
  void a_file_part_reaches_an_addressed_input() {
    JsonNode given = JsonNodeFactory.instance.objectNode().putPOJO("10.image", PART);

    AppliedInputs applied = new Inputs(true, Optional.empty()).apply(graph, given);

    assertThat(applied.media())
        .containsExactly(new MediaInput("/inputs/10.image", "10", "image", InputType.IMAGE, PART));
  }

  @Test
  void a_file_part_for_an_input_that_takes_none_is_refused_with_those_that_do() {
    JsonNode given = JsonNodeFactory.instance.objectNode().putPOJO("13.channel", PART);

    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> new Inputs(true, Optional.empty()).apply(graph, given));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/inputs/13.channel");
    assertThat(problem.getMessage())
        .contains("13.channel takes none")
        .contains("10.image, 11.audio, 12.file, 13.image");
  }

  @Test
  void a_file_part_is_no_text() throws IOException {
    JsonNode given = JsonNodeFactory.instance.objectNode().put("size", 64).putPOJO("text", PART);
    Workflow workflow = named();

    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> new Inputs(true, Optional.empty()).apply(workflow, given));

    assertThat(problem.getMessage()).contains("must be a string, not a file");
  }

  @Test
  void a_text_that_looks_like_the_mark_of_a_part_is_a_text() {
    JsonNode given = JsonNodeFactory.instance.objectNode().put("10.image", "form-file:10.image");

    AppliedInputs applied = new Inputs(true, Optional.empty()).apply(graph, given);

    assertThat(applied.media()).isEmpty();
  }

  @Test
  void a_file_in_the_graph_itself_is_taken_out_of_it() {
    for (String file :
        List.of(
            GIF,
            "data:image/gif;base64," + GIF,
            " HTTPS://example.org/a.png",
            GIF.substring(0, 28) + "\r\n" + GIF.substring(28))) {
      Graph sent = graph.with(Map.of(new Address("10", "image"), TextNode.valueOf(file)));

      AppliedInputs applied =
          new Inputs(false, Optional.empty()).apply(sent, MissingNode.getInstance());

      assertThat(applied.media())
          .as(file)
          .containsExactly(
              new MediaInput(
                  "/prompt/10/inputs/image",
                  "10",
                  "image",
                  InputType.IMAGE,
                  new FileSource.Text(file)));
      assertThat(applied.graph().toJson().at("/10/inputs/image").asText()).isEmpty();
    }
  }

  @Test
  void what_names_a_file_in_a_graph_stays_a_name() {
    for (String name :
        List.of(
            "example.png",
            "gateway/3f2b8c1e-0d9a-4c7e-9a41-aa10bc55d2f0/10-image",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "a-rather-long-name-without-any-ending-but-with-dashes/and/folders")) {
      Graph sent = graph.with(Map.of(new Address("10", "image"), TextNode.valueOf(name)));

      AppliedInputs applied =
          new Inputs(false, Optional.empty()).apply(sent, MissingNode.getInstance());

      assertThat(applied.media()).as(name).isEmpty();
      assertThat(applied.graph().toJson().at("/10/inputs/image").asText()).isEqualTo(name);
    }
  }

  @Test
  void what_the_caller_sets_takes_the_place_of_a_file_in_the_graph() {
    Graph sent = graph.with(Map.of(new Address("10", "image"), TextNode.valueOf(GIF)));
    JsonNode given = JsonNodeFactory.instance.objectNode().put("10.image", "other.png");

    AppliedInputs applied = new Inputs(false, Optional.empty()).apply(sent, given);

    assertThat(applied.media()).isEmpty();
    assertThat(applied.graph().toJson().at("/10/inputs/image").asText()).isEqualTo("other.png");
  }

  @Test
  void the_inputs_of_a_workflow_are_told_as_json_schema() throws IOException {
    assertThat(named().inputSchema(Optional.empty()))
        .hasToString(Cases.read("named-schema.json").toString());
  }

  @Test
  void a_workflow_without_names_tells_its_literals_by_the_name_that_means_one_node() {
    JsonNode properties = unnamed().inputSchema(Optional.empty()).get("properties");

    assertThat(properties.at("/steps/type").asText()).isEqualTo("number");
    assertThat(properties.at("/steps/default").asInt()).isEqualTo(20);
    assertThat(properties.at("/steps/x-address").asText()).isEqualTo("3.steps");
    assertThat(properties.at("/audio/x-media").asText()).isEqualTo("audio");
    assertThat(properties.at("/CLIP Text Encode (Prompt).text/title").asText())
        .isEqualTo("CLIP Text Encode (Prompt) (6): text");
    assertThat(properties.has("8.on")).as("its title is the id of another node").isTrue();
    assertThat(properties.has("Sampler.latent_image")).isFalse();
  }

  @Test
  void types_ranges_and_choices_are_those_that_a_server_declares() throws IOException {
    ObjectInfo info = new ObjectInfo((ObjectNode) Cases.read("object-info.json"));

    JsonNode properties = unnamed().inputSchema(Optional.of(info)).get("properties");

    assertThat(properties.path("steps"))
        .hasToString(
            "{\"type\":\"integer\",\"title\":\"Sampler: steps\",\"minimum\":1,\"maximum\":10000,\"default\":20,\"x-address\":\"3.steps\"}");
    assertThat(properties.at("/cfg/type").asText()).isEqualTo("number");
    assertThat(properties.at("/sampler_name/enum")).hasToString("[\"euler\",\"dpmpp_2m\"]");
    assertThat(properties.at("/seed/maximum")).hasToString("18446744073709551615");
    assertThat(properties.path("seed").has("default")).as("it is drawn").isFalse();
  }

  @Test
  void every_name_that_is_listed_is_taken() {
    for (String name : unnamed().inputNames()) {
      JsonNode given = JsonNodeFactory.instance.objectNode().putNull(name);

      assertThat(new Inputs(true, Optional.empty()).apply(unnamed(), given).graph().toJson())
          .as(name)
          .isEqualTo(graph.toJson());
    }
  }

  private Workflow unnamed() {
    return new Workflow(
        "p",
        1,
        "P",
        "",
        graph,
        false,
        List.of(),
        JsonNodeFactory.instance.objectNode(),
        java.util.Set.of());
  }

  @Test
  void a_workflow_shows_a_request_that_runs_it() throws IOException {
    assertThat(named().exampleRequest().at("/inputs/size").asInt()).isEqualTo(512);
  }

  private Workflow named() throws IOException {
    Cases.copy("titled.json", folder.resolve("all.json"));
    Cases.copy("named.yaml", folder.resolve("all.yaml"));
    WorkflowLibrary library = new WorkflowLibrary(folder);
    assertThat(library.faults()).isEmpty();
    return library.find("all@3").orElseThrow();
  }
}
