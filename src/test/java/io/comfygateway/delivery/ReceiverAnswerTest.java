package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceiverAnswerTest {
  private static String of(String text) throws IOException {
    return ReceiverAnswer.beginning(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "'  two\r\n lines ', two lines",
    "'a\u0000b\u001b[31m\u202ec', 'a b [31m c'",
    "'{\"message\":\"猫 é\"}', '{\"message\":\"猫 é\"}'"
  })
  void it_is_one_line_without_what_cannot_be_seen(String said, String shown) throws IOException {
    assertThat(of(said.translateEscapes())).isEqualTo(shown.translateEscapes());
  }

  @Test
  void no_more_than_1000_characters_are_kept_whole_ones() throws IOException {
    assertThat(of("🦊".repeat(1001))).isEqualTo("🦊".repeat(500));
    assertThat(of("x" + "🦊".repeat(1001))).isEqualTo("x" + "🦊".repeat(499));
    assertThat(of("x".repeat(1001))).isEqualTo("x".repeat(1000));
    assertThat(of(" \n".repeat(1001))).isEmpty();
  }

  @Test
  void an_error_has_the_first_200_of_them() {
    assertThat(ReceiverAnswer.forError("🦊".repeat(201))).isEqualTo("🦊".repeat(200));
    assertThat(ReceiverAnswer.forError("x".repeat(199) + " y")).isEqualTo("x".repeat(199));
    assertThat(ReceiverAnswer.forError("short")).isEqualTo("short");
  }

  @Test
  void what_is_no_text_or_nothing_is_nothing() throws IOException {
    assertThat(ReceiverAnswer.beginning(null)).isEmpty();
    assertThat(ReceiverAnswer.beginning(new ByteArrayInputStream(new byte[] {-1, -2, -3})))
        .isEmpty();
  }

  @Test
  void only_the_beginning_of_an_endless_answer_is_read() throws IOException {
    InputStream endless =
        new InputStream() {
          private int read;

          @Override
          public int read() {
            assertThat(read++).isLessThan(10_000);
            return 'x';
          }
        };

    assertThat(ReceiverAnswer.beginning(endless)).hasSize(1000);
  }
}
