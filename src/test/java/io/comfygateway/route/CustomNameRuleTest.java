package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomNameRuleTest {
  private static List<FileFault> faults(String from, String to) {
    return CustomNameRule.faults(
        "custom/mine.camel.yaml",
        RouteText.of(
            """
            - route:
                id: mine
                from:
                  uri: %s
                  steps:
                    - to:
                        uri: %s
            """
                .formatted(from, to)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "direct:custom-request",
        "direct:custom-graph",
        "direct://custom-output",
        "direct:custom-result",
        "direct:mine"
      })
  void a_name_that_is_called_is_no_fault(String from) {
    assertThat(faults(from, "log:mine")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "direct:custom-requests, direct:custom-request",
    "direct://custom-grahp, direct:custom-graph",
    "direct:custom-Output, direct:custom-output"
  })
  void a_misspelt_name_is_a_fault_with_its_line_and_the_nearest_name(String from, String meant) {
    assertThat(faults(from, "log:mine"))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.line()).isEqualTo(4);
              assertThat(fault.detail()).endsWith("did you mean \"" + meant + "\"?");
            });
  }

  @Test
  void a_route_that_calls_itself_is_a_fault() {
    assertThat(faults("direct:custom-request", "direct:custom-request"))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.line()).isEqualTo(7);
              assertThat(fault.detail()).contains("direct:custom-request calls itself");
            });
    assertThat(faults("direct:custom-request", "direct:custom-graph")).isEmpty();
  }

  @Test
  void a_route_without_an_id_that_calls_itself_is_a_fault() {
    RouteText text =
        RouteText.of(
            """
            - from:
                uri: direct:custom-request
                steps:
                  - to: direct:custom-request
            """);

    assertThat(CustomNameRule.faults("custom/mine.camel.yaml", text))
        .singleElement()
        .satisfies(fault -> assertThat(fault.line()).isEqualTo(4));
  }
}
