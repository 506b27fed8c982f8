package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowTestsTest {
  @TempDir private Path folder;

  @BeforeEach
  void put() throws IOException {
    Files.writeString(
        folder.resolve("w.json"), Cases.read("derived-schema.json").path("graph").toString());
    Files.writeString(
        folder.resolve("w.yaml"),
        "inputs: {prompt: {max_length: 10}, steps: {type: integer, max: 30}, image: {type: image}}");
  }

  @Test
  void the_shipped_example_holds() {
    WorkflowLibrary library = new WorkflowLibrary(Path.of("workflows"));
    WorkflowTests tests = new WorkflowTests(Path.of("workflows"), library::find, Optional.empty());

    assertThat(tests.run()).isEmpty();
    assertThat(tests.cases()).isEqualTo(3);
  }

  @Test
  void tests_are_no_workflow() throws IOException {
    Files.writeString(folder.resolve("w.test.yaml"), "cases: []");

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.faults()).isEmpty();
    assertThat(library.all()).hasSize(1);
  }

  @Test
  void a_workflow_called_test_keeps_its_sidecar() throws IOException {
    Files.copy(folder.resolve("w.json"), folder.resolve("w.test.json"));
    Files.writeString(folder.resolve("w.test.yaml"), "title: Mine");

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.faults()).isEmpty();
    assertThat(library.find("w.test").orElseThrow().title()).isEqualTo("Mine");
    assertThat(new WorkflowTests(folder, library::find, Optional.empty()).run()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{inputs: {prompt: a dog}, expect: {2.text: a dog, 1.steps: 20, 1.positive: ['2', 0]}}        | ''",
        "{inputs: {steps: 3}, expect: {steps: 3.0, KSampler.steps: 3}}                                  | ''",
        "{inputs: {steps: 31, prompt: 3}, refused: {/inputs/steps: at most 30, /inputs/prompt: ''}}     | ''",
        "{name: dogs, inputs: {prompt: a dog}, expect: {2.text: a cat}} | w.test.yaml:2: cases[0].expect.2.text: dogs: 2.text is \"a dog\", not \"a cat\"; change the workflow or the test",
        "{inputs: {steps: 31}, expect: {1.steps: 31}}                  | w.test.yaml:2: cases[0].inputs: The inputs are refused: steps must be a whole number of at most 30, not 31; change them, or write refused:",
        "{inputs: {steps: 3}, refused: {/inputs/steps: at most}}       | w.test.yaml:2: cases[0].refused: The inputs are taken; change the limits, or write expect:",
        "{inputs: {steps: 31}, refused: {/inputs/steps: at least}}     | w.test.yaml:2: cases[0].refused./inputs/steps: The reason is: steps must be a whole number of at most 30, not 31; write a part of it, or \"\" for any",
        "{inputs: {steps: 31}, refused: {/inputs/prompt: ''}}          | w.test.yaml:2: cases[0].refused./inputs/prompt: /inputs/prompt is not refused; these are: /inputs/steps; change the workflow or the test",
        "{inputs: {steps: 31, prompt: 3}, refused: {/inputs/steps: ''}}| w.test.yaml:2: cases[0].refused: /inputs/prompt is refused, too: prompt must be a string, not 3; add it, or change the inputs",
        "{inputs: {image: 'https://a/b.png'}, expect: {4.image: x}}    | w.test.yaml:2: cases[0].expect.4.image: 4.image is a file, which is set when a job runs; leave it out",
        "{expect: {9.text: x}}                                        | w.test.yaml:2: cases[0].expect.9.text: \"9.text\" names no input",
        "{inputs: {}}                                                 | w.test.yaml:2: cases[0]: A case needs either expect or refused",
        "{expect: {}}                                                 | w.test.yaml:2: cases[0].expect: This says nothing",
        "{expects: {1.steps: 1}}                                      | w.test.yaml:2: cases[0].expects: There is no field \"expects\"",
      })
  void a_case_holds_or_names_its_line(String one, String fault) throws IOException {
    Files.writeString(folder.resolve("w.test.yaml"), "cases:\n  - " + one);

    WorkflowTests tests =
        new WorkflowTests(folder, new WorkflowLibrary(folder)::find, Optional.empty());

    if (fault.isEmpty()) {
      assertThat(tests.run()).isEmpty();
    } else {
      assertThat(tests.run()).anySatisfy(it -> assertThat(it.toString()).startsWith(fault));
    }
  }

  @Test
  void tests_of_no_workflow_and_without_cases_are_faults() throws IOException {
    Files.writeString(folder.resolve("gone.test.yaml"), "cases: [{expect: {1.steps: 1}}]");
    Files.writeString(folder.resolve("w.test.yaml"), "cases: 3");

    assertThat(new WorkflowTests(folder, new WorkflowLibrary(folder)::find, Optional.empty()).run())
        .extracting(FileFault::toString)
        .satisfiesExactly(
            gone -> assertThat(gone).startsWith("gone.test.yaml:1: There is no workflow gone"),
            none -> assertThat(none).startsWith("w.test.yaml:1: cases: cases must be a list"));
  }
}
