package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortTextTest {
  @ParameterizedTest
  @CsvSource({"abc, abc", "abcd, abcd", "abcde, abc…", "ab😀, ab😀", "ab😀x, ab…", "😀😀x, 😀…"})
  void a_text_is_cut_between_characters(String text, String expected) {
    assertThat(ShortText.of(text, 4)).isEqualTo(expected);
  }
}
