package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ShippedWorkflowsTest {
  private final WorkflowLibrary library = new WorkflowLibrary(Path.of("workflows"));
  private final Inputs inputs = new Inputs(false, Optional.empty());

  @Test
  void all_five_load_without_a_fault() {
    assertThat(library.faults()).isEmpty();
    assertThat(library.all())
        .extracting(Workflow::ref)
        .containsExactlyInAnyOrder("txt2img@1", "sdxl-refiner@1", "flux@1", "img2img@1", "smoke@1");
  }

  @TestFactory
  Stream<DynamicTest> each_has_words_for_people_and_an_example_that_applies() {
    return library.all().stream()
        .map(
            workflow ->
                DynamicTest.dynamicTest(
                    workflow.name(),
                    () -> {
                      assertThat(workflow.title()).isNotEqualTo(workflow.name());
                      assertThat(workflow.description()).isNotBlank();
                      assertThat(workflow.namesInputs()).isTrue();
                      assertThat(workflow.inputs())
                          .allSatisfy(spec -> assertThat(spec.description()).isNotBlank());
                      assertThat(workflow.graph().nodes())
                          .allSatisfy(node -> assertThat(node.title()).isPresent());
                      JsonNode example = workflow.exampleRequest().get("inputs");
                      assertThat(example).isNotEmpty();
                      assertThat(inputs.apply(workflow, example).graph().toJson())
                          .isNotEqualTo(workflow.graph().toJson());
                    }));
  }

  @TestFactory
  Stream<DynamicTest> the_seeds_of_each_are_found_without_a_word_from_comfyui() {
    return Cases.each(
        "shipped-seeds.json",
        c -> {
          Workflow workflow = library.find(c.get("workflow").asText()).orElseThrow();
          SeededGraph seeded =
              new Seeds(new Random(1))
                  .randomise(
                      workflow.graph(),
                      new SeedChoice.Random(),
                      Optional.empty(),
                      new AppliedInputs(workflow.graph(), List.of(), Set.of(), Set.of()));
          assertThat(seeded.seeds().keySet())
              .containsExactlyElementsOf(Cases.texts(c.get("seeds")));
        });
  }

  @Test
  void a_picture_for_img2img_is_brought_to_its_load_image_node() {
    Workflow workflow = library.find("img2img").orElseThrow();

    assertThat(inputs.apply(workflow, workflow.example()).media())
        .extracting(media -> media.address().toString(), MediaInput::kind)
        .containsExactly(tuple("10.image", InputType.IMAGE));
  }
}
