package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComfyVersionTest {
  @ParameterizedTest
  @CsvSource({
    "0.3.44, true",
    "0.3.56, true",
    "0.2.99, true",
    "v0.3.9-2-gabc, true",
    "0.3.57, false",
    "0.3.64, false",
    "0.33.0, false",
    "1.0, false",
    "v0.4.0, false"
  })
  void a_version_before_the_lowest_is_too_old(String text, boolean isOld) {
    assertThat(ComfyVersion.parse(text).orElseThrow().objection().isPresent()).isEqualTo(isOld);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unknown", "0", "1.", "99999999999.1.1", "a0.3.57"})
  void what_is_no_version_is_not_judged(String text) {
    assertThat(ComfyVersion.parse(text)).isEmpty();
  }
}
