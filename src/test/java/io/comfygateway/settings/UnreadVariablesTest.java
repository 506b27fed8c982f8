package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnreadVariablesTest {

  @Test
  void a_misspelt_variable_is_named_with_the_one_that_was_meant() {
    assertThat(
            UnreadVariables.texts(
                Map.of("GATEWAY_PRT", "1", "GATEWAY_PORT", "2", "HOME", "/", "GATEWAY_MINE", "x"),
                List.of("gateway.port={{env:GATEWAY_PORT:8080}}", "uri: {{env:GATEWAY_MINE}}")))
        .containsExactly(
            "the environment variable GATEWAY_PRT is not read by anything; did you mean"
                + " \"GATEWAY_PORT\"?");
  }

  @Test
  void variables_that_are_read_before_the_settings_are_known() {
    assertThat(
            UnreadVariables.texts(
                Map.of("GATEWAY_JAVA_OPTS", "-Xmx1g", "GATEWAY_LOG_FORMAT", "json"), List.of()))
        .isEmpty();
  }
}
