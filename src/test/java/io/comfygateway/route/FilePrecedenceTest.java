package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FilePrecedenceTest {
  private static RouteFolder.Found file(String item) {
    return new RouteFolder.Found(Optional.of("- " + item + ":\n"), "", "");
  }

  @Test
  void sinks_are_built_before_the_stage_that_calls_them_and_configurations_before_all() {
    assertThat(
            FilePrecedence.order(
                Map.of(
                    "api.camel.yaml", file("rest"),
                    "custom/errors.camel.yaml", file("routeConfiguration"),
                    "custom/mine.camel.yaml", file("route"),
                    "deliver.camel.yaml", file("route"),
                    "errors.camel.yaml", file("routeConfiguration"),
                    "sinks/http.camel.yaml", file("route"))))
        .extracting(Map.Entry::getKey)
        .containsExactly(
            "errors.camel.yaml",
            "custom/errors.camel.yaml",
            "sinks/http.camel.yaml",
            "deliver.camel.yaml",
            "api.camel.yaml",
            "custom/mine.camel.yaml");
  }
}
