package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.problem.Warning;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpressionsTest {
  @Test
  void an_input_that_begins_like_an_expression_is_warned_of_and_braces_within_are_not()
      throws Exception {
    List<Warning> warnings =
        Expressions.warnings(
            new ObjectMapper()
                .readTree(
                    "{\"prompt\":\"={{ $json.prompt }}\",\"style\":\"a {{red|blue}} cat\",\"width\":64,\"image\":null}"));

    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0).code()).isEqualTo("expression_not_evaluated");
    assertThat(warnings.get(0).detail()).contains("Input prompt begins with ={{");
  }
}
