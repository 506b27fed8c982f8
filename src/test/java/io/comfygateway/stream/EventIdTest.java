package io.comfygateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {

  private static StreamEvent event(long row, int part) {
    return new StreamEvent(
        "status",
        row,
        part,
        new StreamEvent.Subject(new UUID(0, 1), "alice", Optional.empty(), "running", Map.of()),
        "{}");
  }

  private static EventId id(String text) {
    return EventId.parse(text).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1042", "1042.2", "1042-1040", "1042.1-1040"})
  void an_id_is_read_as_it_was_written(String text) {
    assertThat(id(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "-1",
        "1.",
        "1-",
        "1.2.3",
        "9999999999999999999",
        " 1",
        "1\n",
        "1.9999999"
      })
  void anything_else_is_no_id(String text) {
    assertThat(EventId.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "10, 11, 0, true",
    "10, 10, 0, false",
    "10, 9, 0, false",
    "10.1, 10, 0, true",
    "10.1, 10, 1, false",
    "10.1, 10, 2, true",
    "10.2, 10, 1, false",
    "10-8, 8, 0, true",
    "10-8, 7, 0, false",
    "10-8, 10, 0, false",
    "10-12, 11, 0, true"
  })
  void a_client_gets_what_it_does_not_have(String id, long row, int part, boolean isMissing) {
    assertThat(id(id).isBefore(event(row, part))).isEqualTo(isMissing);
  }

  @Test
  void an_event_carries_the_lowest_row_that_may_still_come() {
    assertThat(event(10, 0).text(11)).contains("id: 10\n");
    assertThat(event(10, 2).text(8)).contains("id: 10.2-8\n");
    assertThat(event(0, 0).text(8)).doesNotContain("id:");
  }
}
