package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** That a route file can be read in a time that its size limits. */
class RouteTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"[", "- ", "{a: "})
  void endless_nesting_is_no_yaml(String level) {
    assertThatExceptionOfType(YamlEngineException.class)
        .isThrownBy(() -> RouteText.of(level.repeat(100_000)))
        .withMessageContaining("200 levels");
  }

  @Test
  void aliases_that_unfold_without_end_are_refused() {
    assertThatExceptionOfType(YamlEngineException.class)
        .isThrownBy(() -> RouteText.of("- &a [*a, *a]"))
        .withMessageContaining("without aliases");
  }

  @Test
  void a_long_list_of_words_is_read_item_by_item() {
    RouteText text = RouteText.of("- route:\n    tags: [" + "a, ".repeat(50_000) + "b]\n");

    assertThat(text.parts("route").get(0).values()).hasSize(50_001);
  }
}
