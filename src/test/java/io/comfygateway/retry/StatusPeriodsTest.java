package io.comfygateway.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusPeriodsTest {
  @Test
  void each_status_has_its_time() {
    StatusPeriods periods = StatusPeriods.parse("404:10m, 500:90s");

    assertThat(periods.of(404)).contains(Duration.ofMinutes(10));
    assertThat(periods.of(500)).contains(Duration.ofSeconds(90));
    assertThat(periods.of(409)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "404", "404:", "404:10", "200:1m", "404=1m", "404:1m,", "404:1m,404:2m"})
  void an_entry_that_cannot_be_read_is_named(String text) {
    assertThatThrownBy(() -> StatusPeriods.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not an HTTP status from 400 to 599 that is listed once");
  }
}
