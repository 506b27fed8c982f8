package io.comfygateway.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusListTest {

  @Test
  void statuses_and_ranges_are_read_with_their_ends() {
    StatusList list = StatusList.parse("307,408, 429,500-503");

    assertThat(IntStream.range(100, 600).filter(list::contains))
        .containsExactly(307, 408, 429, 500, 501, 502, 503);
  }

  @Test
  void an_invalid_status_counts_as_an_error_of_the_server() {
    assertThat(StatusList.parse("500-599").contains(700)).isTrue();
    assertThat(StatusList.parse("500-598").contains(700)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "200",
        "299",
        "600",
        "4xx",
        "429,",
        "429,500-",
        "503-500",
        "429,500-600",
        "-429"
      })
  void an_entry_that_cannot_be_read_is_named(String text) {
    assertThatThrownBy(() -> StatusList.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Status " + (text.contains(",") ? 2 : 1));
  }
}
