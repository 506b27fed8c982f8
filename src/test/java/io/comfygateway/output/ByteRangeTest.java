package io.comfygateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class ByteRangeTest {

  @ParameterizedTest
  @CsvFileSource(
      resources = "/output/ranges.csv",
      numLinesToSkip = 1,
      delimiter = ';',
      quoteCharacter = '\'')
  void a_range_header_is_read_as_rfc_9110_says(String header, long total, String answer) {
    if (answer.equals("416")) {
      assertThatThrownBy(() -> ByteRange.parse(header, total))
          .isInstanceOfSatisfying(
              Problem.class,
              it -> {
                assertThat(it.type()).isEqualTo(ProblemType.RANGE_NOT_SATISFIABLE);
                assertThat(it.headers()).containsEntry("Content-Range", "bytes */" + total);
              });
    } else {
      assertThat(ByteRange.parse(header, total).map(ByteRange::contentRange).orElse("whole"))
          .isEqualTo(answer);
    }
  }

  @Test
  void every_range_of_a_small_file_lies_within_it() {
    for (int total = 0; total < 6; total++) {
      for (int first = 0; first < total; first++) {
        for (int last = first; last < 8; last++) {
          ByteRange range = ByteRange.parse("bytes=" + first + "-" + last, total).orElseThrow();
          assertThat(range.length()).isBetween(1L, (long) total);
          assertThat(range.first()).isEqualTo(first);
          assertThat(range.last()).isEqualTo(Math.min(last, total - 1));
        }
      }
    }
  }
}
