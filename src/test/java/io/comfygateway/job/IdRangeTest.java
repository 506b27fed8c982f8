package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdRangeTest {
  @Test
  void it_reaches_from_the_lowest_to_the_highest_id_with_the_beginning() {
    assertThat(IdRange.beginningWith("0D5a6b2e-6f"))
        .contains(
            new IdRange(
                UUID.fromString("0d5a6b2e-6f00-0000-0000-000000000000"),
                UUID.fromString("0d5a6b2e-6fff-ffff-ffff-ffffffffffff")));
  }

  @Test
  void a_whole_id_is_that_id() {
    UUID id = UUID.randomUUID();

    assertThat(IdRange.beginningWith(id.toString())).contains(new IdRange(id, id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0d5", "0d5g", "0d5a-6b2e", "----", "0d5a6b2e6f0a4c389a513f2b8f0f7c11aa"})
  void what_no_id_begins_with_is_no_range(String text) {
    assertThat(IdRange.beginningWith(text)).isEmpty();
  }
}
