package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

/** A body counts by what is made of it. */
class JsonWeightTest {
  private static long of(String... pieces) {
    JsonWeight weight = new JsonWeight();
    for (String piece : pieces) {
      weight.add(Buffer.buffer(piece));
    }
    return weight.bytes();
  }

  @Test
  void many_small_values_take_many_times_their_size() {
    assertThat(of("[" + "[],".repeat(9_999) + "[]]")).isEqualTo(100 * 20_000);
    assertThat(of("{\"a\":", "{},", "\"b\":1}")).isEqualTo(100 * 5);
  }

  @Test
  void a_long_text_takes_no_more_than_it_has() {
    assertThat(of("{\"a\": \"" + "x".repeat(1_000_000) + "\"}")).isEqualTo(100 * 2);
  }

  @Test
  void no_more_counts_than_the_parser_reads() {
    assertThat(of(",".repeat(1_000_000))).isEqualTo(100 * 300_000);
  }
}
