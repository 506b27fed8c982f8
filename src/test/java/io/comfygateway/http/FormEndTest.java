package io.comfygateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormEndTest {
  private static boolean ends(String boundary, String body, int piece) {
    FormEnd end = new FormEnd(boundary);
    for (int at = 0; at < body.length(); at += piece) {
      end.read(Buffer.buffer(body.substring(at, Math.min(body.length(), at + piece))));
    }
    return end.isThere();
  }

  @ParameterizedTest
  @CsvSource({
    "B, '--B\r\nx\r\n--B--\r\n', true",
    "B, '--B\r\nx\r\n--B--', true",
    "B, '--B--', true",
    "B, '--B\nx\n--B--\n', true",
    "B, '--B\r\nx\r\n--B--\r\nsomething behind it', true",
    "B, '--B\r\nx\r\n--B-', false",
    "B, '--B\r\nx\r\n--B\r\n', false",
    "B, '--B\r\nx--B--\r\n', false",
    "Z, '--B\r\nx\r\n--B--\r\n', false",
    "--, '\r\n-----\n----', false",
    "--, '\r\n-----\n------', true",
    "aab, 'aa\n--aaab--\n--aab--', true",
    "B, '', false"
  })
  void the_end_is_found_wherever_the_body_is_cut_into_pieces(
      String boundary, String body, boolean ends) {
    String text = body.translateEscapes();
    for (int piece = 1; piece <= text.length() + 1; piece++) {
      assertThat(ends(boundary, text, piece)).as("pieces of " + piece).isEqualTo(ends);
    }
  }

  @Test
  void a_megabyte_of_its_own_beginnings_is_looked_at_once() {
    String boundary = "-".repeat(70);

    assertThat(ends(boundary, "\n--" + "-".repeat(1_000_000), 8192)).isTrue();
    assertThat(ends(boundary, ("\n--" + "-".repeat(71)).repeat(14_000), 8192)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "multipart/form-data; boundary=abc            | abc",
        "multipart/form-data; Boundary=\"a b\"; x=y   | a b",
        "multipart/form-data;boundary=abc;charset=utf8 | abc",
        "multipart/form-data; boundary=               |",
        "multipart/form-data; boundary=\"\"           |",
        "multipart/form-data                          |"
      })
  void the_boundary_is_read_from_the_content_type(String contentType, String boundary) {
    assertThat(FormEnd.boundary(contentType).orElse(null)).isEqualTo(boundary);
  }
}
