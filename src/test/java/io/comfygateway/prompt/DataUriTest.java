package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataUriTest {
  private static final String POINTER = "/inputs/image";

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`data:image/png;base64,aGk+`,image/png,hi>",
        "`DATA:IMAGE/PNG;charset=x;BASE64,aGk+`,image/png,hi>",
        "`data:image/png;base64,aGk%2B`,image/png,hi>",
        "`data:text/plain,a%20b+c`,text/plain,a b+c",
        "`data:,x`,text/plain,x",
        "`data:;base64,aGk`,text/plain,hi"
      })
  void a_data_uri_is_read(String text, String contentType, String content) {
    DataUri uri = DataUri.parse(text, 100, POINTER);

    assertThat(uri.contentType()).contains(contentType);
    assertThat(new String(uri.bytes(), StandardCharsets.UTF_8)).isEqualTo(content);
  }

  @Test
  void base64_is_read_with_line_breaks_in_both_alphabets_padded_or_not() {
    Random random = new Random(1);
    for (int size = 1; size < 200; size++) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      assertThat(parsed(Base64.getMimeEncoder().encodeToString(bytes), size)).isEqualTo(bytes);
      assertThat(parsed(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), size))
          .isEqualTo(bytes);
    }
    assertThat(DataUri.parse("aGk=", 2, POINTER).contentType()).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "photo.png",
        "aGk=aGk=",
        "a",
        "data:image/png;base64",
        "data:image/png;base64,",
        "data:image/png;base64,!!!",
        "data:image,x",
        "data:image/png\r\nX-Header: 1,x",
        "data:text/plain,%4",
        "data:text/plain,%zz"
      })
  void what_is_no_media_is_refused_by_the_name_of_its_field(String text) {
    assertThatThrownBy(() -> DataUri.parse(text, 100, POINTER))
        .isInstanceOfSatisfying(
            Problem.class,
            it -> {
              assertThat(it.type()).isEqualTo(ProblemType.INVALID_INPUT);
              assertThat(it.faults()).hasSize(1);
              assertThat(it.faults().get(0).pointer()).isEqualTo(POINTER);
            })
        .hasMessageContaining(POINTER);
  }

  @Test
  void one_byte_more_than_allowed_is_refused() {
    for (int size : new int[] {2, 3, 4, 1000}) {
      String text = Base64.getEncoder().encodeToString(new byte[size]);
      assertThat(parsed(text, size)).hasSize(size);
      assertThatThrownBy(() -> parsed(text, size - 1)).hasMessageContaining("bytes");
      assertThatThrownBy(() -> parsed("data:image/png;base64," + text, size - 1))
          .hasMessageContaining("bytes");
    }
    assertThatThrownBy(() -> parsed("data:text/plain,abcd", 3)).hasMessageContaining("3 bytes");
    assertThat(parsed("data:text/plain,%61%62%63", 3)).hasSize(3);
  }

  private static byte[] parsed(String text, long maxBytes) {
    return DataUri.parse(text, maxBytes, POINTER).bytes();
  }
}
