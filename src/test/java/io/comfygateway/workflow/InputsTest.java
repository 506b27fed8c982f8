package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
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
    JsonNode given =
        JsonNodeFactory.instance.objectNode().put("size", 64).put("photo", "upload-17");

    AppliedInputs applied = new Inputs(false, Optional.empty()).apply(named(), given);

    assertThat(applied.media())
        .containsExactly(
            new MediaInput("/inputs/photo", "10", "image", InputType.IMAGE, "upload-17"));
  }

  @Test
  void the_inputs_of_a_workflow_are_told_as_json_schema() throws IOException {
    assertThat(named().inputSchema()).hasToString(Cases.read("named-schema.json").toString());
  }

  @Test
  void a_workflow_without_names_tells_its_literals_by_address() {
    Workflow plain =
        new Workflow(
            "p",
            1,
            "P",
            "",
            graph,
            false,
            List.of(),
            JsonNodeFactory.instance.objectNode(),
            java.util.Set.of());

    JsonNode properties = plain.inputSchema().get("properties");

    assertThat(properties.at("/3.steps/type").asText()).isEqualTo("number");
    assertThat(properties.at("/3.steps/default").asInt()).isEqualTo(20);
    assertThat(properties.at("/6.text/title").asText())
        .isEqualTo("6 (CLIP Text Encode (Prompt)): text");
    assertThat(properties.has("3.latent_image")).isFalse();
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
