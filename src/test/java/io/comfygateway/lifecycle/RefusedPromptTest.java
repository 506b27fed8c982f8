package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.JobError;
import org.junit.jupiter.api.Test;

/**
 * What a server says of a prompt that it refuses is in the job's error, for programs and people.
 */
class RefusedPromptTest {
  private static final JsonNode GRAPH =
      TestJson.parse(
          """
          {"4": {"class_type": "CheckpointLoaderSimple", "_meta": {"title": "Load Checkpoint"}},
           "9": {"class_type": "SaveImage", "_meta": {"title": "SaveImage"}}}
          """);

  private static JobError error(String answer) {
    return new RefusedPrompt(400, TestJson.parse(answer), GRAPH).error();
  }

  @Test
  void the_text_names_each_node_and_the_first_one_is_the_one_that_failed() {
    JobError error =
        error(
            """
            {"error": {"type": "prompt_outputs_failed_validation",
                       "message": "Prompt outputs failed validation", "details": ""},
             "node_errors": {
               "3": {"errors": [], "class_type": "KSampler"},
               "4": {"errors": [{"message": "Value not in list",
                                 "details": "ckpt_name: 'a' not in ['b']",
                                 "extra_info": {"input_name": "ckpt_name"}}],
                     "class_type": "CheckpointLoaderSimple"},
               "9": {"errors": [{"message": "Value -4 smaller than min of 1", "details": "width"},
                                {"message": "Failed to convert", "details": "'wide'",
                                 "extra_info": {"input_name": "height"}}],
                     "class_type": "SaveImage"}}}
            """);

    assertThat(error.node()).contains("4");
    assertThat(error.nodeType()).contains("CheckpointLoaderSimple");
    assertThat(error.nodeErrors().orElseThrow()).hasSize(3);
    assertThat(error.detail())
        .isEqualTo(
            """
            Prompt outputs failed validation
            Node 4 (CheckpointLoaderSimple, Load Checkpoint): Value not in list: ckpt_name: 'a' not in ['b']
            Node 9 (SaveImage): Value -4 smaller than min of 1: width
            Node 9 (SaveImage): Failed to convert: height: 'wide'""");
  }

  @Test
  void an_error_without_nodes_is_its_message() {
    JobError error =
        error(
            "{\"error\": {\"type\": \"prompt_no_outputs\", \"message\": \"Prompt has no outputs\"}}");

    assertThat(error.type()).isEqualTo("prompt_no_outputs");
    assertThat(error.detail()).isEqualTo("Prompt has no outputs");
    assertThat(error.node()).isEmpty();
    assertThat(error.nodeErrors()).isEmpty();
  }

  @Test
  void the_text_is_bounded() {
    String one =
        "{\"errors\": [{\"message\": \"%s\"}], \"class_type\": \"A\"}".formatted("x".repeat(900));
    StringBuilder nodes = new StringBuilder();
    for (int n = 0; n < 100; n++) {
      nodes.append(n == 0 ? "" : ", ").append("\"n" + n + "\": ").append(one);
    }
    JobError error = error("{\"error\": {}, \"node_errors\": {" + nodes + "}}");

    assertThat(error.detail()).hasSizeLessThanOrEqualTo(4_000).contains("Node n1 (A): xxx");
    assertThat(error.detail().lines()).allMatch(line -> line.length() <= 800);
  }
}
