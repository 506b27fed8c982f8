package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.workflow.SourceReader.Carried;
import io.comfygateway.workflow.SourceReader.Pointers;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourceReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SourceReader reader =
      new SourceReader(
          Graph.Limits.STANDARD,
          () ->
              Optional.of(
                  new ObjectInfo(
                      JSON.createObjectNode().<ObjectNode>set("Other", JSON.createObjectNode()))));

  @Test
  void a_node_of_the_editor_that_cannot_be_converted_has_its_place_in_the_file()
      throws IOException {
    Problem problem =
        refused(
            "{'nodes': [{'id': 4, 'type': 'Note', 'inputs': [], 'outputs': [], 'properties': {}, 'widgets_values': ['a']},"
                + "{'id': 1, 'type': 'Nowhere', 'inputs': [], 'outputs': [], 'properties': {}, 'widgets_values': [5]}],"
                + "'links': [], 'version': 0.4}");

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/graph/nodes/1");
    assertThat(problem.getMessage()).contains("lacks the class \"Nowhere\"; install the pack");
  }

  @Test
  void an_empty_workflow_may_be_saved_again_in_either_format() throws IOException {
    Problem problem = refused("{}");

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/graph");
    assertThat(problem.getMessage()).contains("Workflow > Save", "Workflow > Export (API)");
  }

  private Problem refused(String graph) throws IOException {
    JsonNode tree = JSON.readTree(graph.replace('\'', '"'));
    return catchThrowableOfType(
        Problem.class,
        () ->
            reader.check(
                "w",
                "W",
                new Carried(tree, Optional.empty()),
                Optional.empty(),
                new Pointers("/graph", "/sidecar")));
  }
}
