package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Warning;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeErrorsTest {
  private final ObjectNode nodeErrors = JsonNodeFactory.instance.objectNode();

  private void add(String node, String details) {
    ObjectNode entry = nodeErrors.withObjectProperty(node).put("class_type", "SaveImage");
    entry
        .withArrayProperty("errors")
        .addObject()
        .put("type", "required_input_missing")
        .put("message", "Required input is missing")
        .put("details", details);
  }

  @Test
  void each_error_is_a_warning_of_its_node() {
    add("3", "images");
    add("3", "filename_prefix");

    assertThat(NodeErrors.warnings(nodeErrors))
        .hasSize(2)
        .contains(
            Warning.ofNode(
                "outputs_left_out",
                "3",
                "ComfyUI left out what depends on node 3 (SaveImage): required_input_missing, Required input is missing: images"));
  }

  @Test
  void many_and_long_errors_are_cut() {
    for (int i = 0; i < 60; i++) {
      add(String.valueOf(i), "x".repeat(10_000));
    }

    assertThat(NodeErrors.warnings(nodeErrors))
        .hasSize(51)
        .allSatisfy(warning -> assertThat(warning.detail()).hasSizeLessThan(600))
        .last()
        .isEqualTo(new Warning("more_warnings", "There were 10 more warnings.", Optional.empty()));
  }

  @Test
  void what_has_not_the_form_of_node_errors_is_no_warning() {
    nodeErrors.put("3", "broken").putObject("4").put("errors", 1);

    assertThat(NodeErrors.warnings(nodeErrors)).isEmpty();
  }
}
