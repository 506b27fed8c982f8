package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptExcerptTest {
  private static Optional<String> ofNode(String type, String field, String value) {
    ObjectNode graph = JsonNodeFactory.instance.objectNode();
    graph.putObject("1").put("class_type", type).putObject("inputs").put(field, value);
    return PromptExcerpt.of(Cases.graph(graph), Optional.empty());
  }

  @Test
  void a_workflow_is_recognised_by_the_prompt_that_its_sidecar_names() {
    Workflow workflow = new WorkflowLibrary(Path.of("workflows")).find("txt2img").orElseThrow();
    Address prompt = workflow.inputAddresses().get("prompt");
    String own =
        workflow
            .graph()
            .node(prompt.node())
            .orElseThrow()
            .literal(prompt.field())
            .orElseThrow()
            .textValue();

    assertThat(PromptExcerpt.of(workflow.graph(), Optional.of(workflow))).contains(own);
  }

  @Test
  void a_workflow_without_a_prompt_has_none() {
    Workflow workflow = new WorkflowLibrary(Path.of("workflows")).find("smoke").orElseThrow();

    assertThat(PromptExcerpt.of(workflow.graph(), Optional.of(workflow))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "CLIPTextEncode, text, true",
    "CLIPTextEncodeSDXL, text_g, true",
    "Own, prompt2, true",
    "Own, Positive_Prompt, true",
    "Own, negative_prompt, false",
    "Negative text, text, false",
    "TextEncoderLoader, text_encoder, false",
    "PromptLoader, ckpt_name, false",
    "SaveImage, filename_prefix, false"
  })
  void the_prompt_of_a_graph_is_told_by_the_name_of_its_field(
      String type, String field, boolean isPrompt) {
    assertThat(ofNode(type, field, "a cat").isPresent()).isEqualTo(isPrompt);
  }

  @Test
  void a_long_text_is_one_line_and_is_cut_between_characters() {
    assertThat(ofNode("CLIPTextEncode", "text", "  a cat,\n\n\tred  ")).contains("a cat, red");
    assertThat(ofNode("CLIPTextEncode", "text", "   ")).isEmpty();

    String text = ofNode("CLIPTextEncode", "text", "a" + "\uD83D\uDC08".repeat(900)).orElseThrow();
    assertThat(text).hasSizeBetween(199, 200).endsWith("\uDC08…");
  }
}
