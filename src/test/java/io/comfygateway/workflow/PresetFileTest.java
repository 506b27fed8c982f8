package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.config.FileFault;
import io.comfygateway.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workflows that are another's graph with some inputs fixed, hidden or put into a template. */
class PresetFileTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @BeforeEach
  void base() throws IOException {
    write(
        "txt2img.json",
        """
        {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a tree"}},
         "2": {"class_type": "KSampler", "inputs": {"steps": 20, "cfg": 7.5, "prompt": ["1", 0]}}}
        """);
    write(
        "txt2img.yaml",
        """
        description: A picture.
        inputs:
          prompt: {node: "1", field: text, max_length: 20}
          steps: {node: "2", type: integer, min: 1, max: 50, default: 20}
          cfg: {node: "2", type: number}
        example: {prompt: a cat, steps: 30}
        """);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private WorkflowLibrary library() {
    return new WorkflowLibrary(folder);
  }

  private static JsonNode run(WorkflowLibrary library, String name, String inputs)
      throws IOException {
    Workflow workflow = library.find(name).orElseThrow();
    return new Inputs(true, Optional.empty())
        .apply(workflow, JSON.readTree(inputs))
        .graph()
        .toJson();
  }

  @Test
  void what_callers_give_goes_into_the_template_and_fixed_inputs_are_not_offered()
      throws IOException {
    write(
        "cats.yaml",
        """
        graph: txt2img
        title: Cats
        inputs:
          prompt: {template: "{{value}}, studio light"}
          steps: 30
        """);
    WorkflowLibrary library = library();

    assertThat(library.faults()).isEmpty();
    Workflow cats = library.find("cats").orElseThrow();
    assertThat(cats.title()).isEqualTo("Cats");
    assertThat(cats.description()).isEqualTo("A picture.");
    assertThat(cats.inputNames()).containsExactly("prompt", "cfg");
    assertThat(cats.example()).isEqualTo(JSON.readTree("{\"prompt\": \"a cat\"}"));
    JsonNode graph = run(library, "cats", "{\"prompt\": \"a cat\"}");
    assertThat(graph.at("/1/inputs/text").asText()).isEqualTo("a cat, studio light");
    assertThat(graph.at("/2/inputs/steps").asInt()).isEqualTo(30);
    assertThatThrownBy(() -> run(library, "cats", "{\"steps\": 5}"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("There is no input \"steps\" in this workflow");
    assertThatThrownBy(() -> run(library, "cats", "{\"prompt\": \"more than twenty letters\"}"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("at most 20");
  }

  @Test
  void a_template_is_no_template_of_the_caller_and_holds_for_what_is_left_out() throws IOException {
    write(
        "dogs.yaml",
        """
        graph: txt2img
        inputs:
          prompt: {prefix: "a dog, ", suffix: "!"}
          steps: {hidden: true}
          cfg: {default: 3.5, description: Less is freer.}
        """);
    WorkflowLibrary library = library();

    assertThat(library.faults()).isEmpty();
    JsonNode given = run(library, "dogs", "{\"prompt\": \"{{value}} \\\"x\\\" $1\"}");
    assertThat(given.at("/1/inputs/text").asText()).isEqualTo("a dog, {{value}} \"x\" $1!");
    JsonNode without = run(library, "dogs", "{}");
    assertThat(without.at("/1/inputs/text").asText()).isEqualTo("a dog, a tree!");
    assertThat(without.at("/2/inputs/steps").asInt()).isEqualTo(20);
    assertThat(without.at("/2/inputs/cfg").asDouble()).isEqualTo(3.5);
    assertThat(library.find("dogs").orElseThrow().inputNames()).containsExactly("prompt", "cfg");
  }

  @Test
  void a_change_of_the_other_graph_is_taken_over_and_nothing_changes_without_one()
      throws IOException {
    write("cats.yaml", "graph: txt2img\n");
    WorkflowLibrary library = library();
    assertThat(library.reload()).isFalse();

    write(
        "txt2img.json",
        """
        {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "another tree"}},
         "2": {"class_type": "KSampler", "inputs": {"steps": 20, "cfg": 7.5, "prompt": ["1", 0]}}}
        """);
    assertThat(library.reload()).isTrue();

    assertThat(run(library, "cats", "{}").at("/1/inputs/text").asText()).isEqualTo("another tree");
  }

  @Test
  void every_fault_is_named_with_its_line_and_what_to_do() throws IOException {
    write(
        "bad.yaml",
        """
        graph: txt2img
        inputs:
          promt: {template: x}
          prompt: {template: "no place"}
          steps: 99
          cfg: {prefix: x}
        """);
    write("none.yaml", "graph: txt2imgg\n");
    write("alone.yaml", "title: x\n");

    assertThat(library().faults())
        .extracting(FileFault::toString)
        .containsExactly(
            "alone.yaml: There is no alone.json beside it; add it, name another workflow with"
                + " graph:, or remove this",
            "bad.yaml:3: inputs.promt: There is no field \"promt\"; did you mean \"prompt\"?; use"
                + " one of cfg, prompt, steps",
            "bad.yaml:4: inputs.prompt.template: The template has no {{value}}, so what callers give"
                + " would be lost; add it, or write value: instead of template:",
            "bad.yaml:5: inputs.steps: The value of steps must be a whole number from 1 to 50, not"
                + " 99; change it",
            "bad.yaml:6: inputs.cfg.prefix: prefix is for text, not number; remove it",
            "none.yaml:1: graph: There is no workflow \"txt2imgg\" with a graph of its own; did you"
                + " mean \"txt2img\"?; name one that has");
  }
}
