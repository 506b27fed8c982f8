package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRulesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "%",
        "a=%",
        "a=%4",
        "%zz",
        "a=1&b=%4z",
        "a=%%41",
        "a=%-1",
        "%41%",
        "%+1",
        "%\u0661\u0661"
      })
  void a_percent_sign_without_two_hexadecimal_digits_is_refused(String query) {
    assertThat(QueryRules.isReadable(query)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=1&b=2", "%41", "a=%25", "a=%aF%00", "%25%25"})
  void complete_escapes_are_read(String query) {
    assertThat(QueryRules.isReadable(query)).isTrue();
  }

  @Test
  void a_url_need_not_have_a_query() {
    assertThat(QueryRules.isReadable(null)).isTrue();
  }
}
