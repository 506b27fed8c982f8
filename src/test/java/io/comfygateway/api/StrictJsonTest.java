package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that means harm, or that two readers would read differently. */
class StrictJsonTest {
  private final StrictJson json = new StrictJson();

  private Problem refusal(byte[] body) {
    Problem problem = catchThrowableOfType(Problem.class, () -> json.read(body, "The body"));
    assertThat(problem).isNotNull();
    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_JSON);
    assertThat(problem.getMessage())
        .doesNotContainIgnoringCase("jackson")
        .doesNotContain("StreamRead");
    return problem;
  }

  private Problem refusal(String body) {
    return refusal(body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void the_NaN_that_ComfyUI_leaves_in_a_node_is_read() {
    String body =
        "{\"prompt\":{\"9\":{\"class_type\":\"SaveImage\",\"inputs\":{},\"is_changed\":[NaN]}}}";

    assertThat(json.read(body.getBytes(StandardCharsets.UTF_8), "The body"))
        .hasToString("{\"prompt\":{\"9\":{\"class_type\":\"SaveImage\",\"inputs\":{}}}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":1,"a":2}                | line 1, column 11: Duplicate field 'a'
          {"a":{"b":1,"\\u0062":2}}    | Duplicate field 'b'
          {"a":NaN}                    | The number at /a is NaN, Infinity or too large
          {"a":Infinity}               | The number at /a is NaN, Infinity or too large
          {"a":[-Infinity]}            | The number at /a/0 is NaN, Infinity or too large
          {"is_changed":[NaN]}         | The number at /is_changed/0 is NaN, Infinity or too large
          {"a":01}                     | Leading zeroes
          {"a":0x10}                   | line 1, column
          {"a":1,}                     | line 1, column
          {"a":1} {"b":2}              | something follows
          {"a":'b'}                    | line 1, column
          {"a":/*x*/1}                 | line 1, column
          {"a":                        | end-of-input
          """)
  void what_is_no_JSON_is_told_with_its_place(String body, String said) {
    assertThat(refusal(body)).hasMessageContaining(said);
  }

  @ParameterizedTest
  @CsvSource({
    "{\"inputs\":{\"a/b\":1e400}}, /inputs/a~1b",
    "'{\"a\":[1,-1e999]}', /a/1",
    "{\"a\":\"x\\u0000y\"}, /a",
    "{\"a\":{\"x\\u0000y\":1}}, /a",
    "{\"a\":\"\\ud83d\"}, /a",
    "{\"a\":\"\\ude00\\ud83d\"}, /a"
  })
  void what_nobody_can_keep_is_told_with_its_pointer(String body, String pointer) {
    assertThat(refusal(body).faults()).extracting(Fault::pointer).isEqualTo(List.of(pointer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7b2261223a22ff227d",
        "7b2261223a22c0af227d",
        "7b2261223a22eda080227d",
        "7b2261223a22c3"
      })
  void bytes_that_are_not_UTF8_are_counted_out(String hex) {
    assertThat(refusal(HexFormat.of().parseHex(hex))).hasMessageContaining("not UTF-8: byte 6");
  }

  @Test
  void a_byte_order_mark_and_other_encodings_are_refused() {
    assertThat(refusal("\uFEFF{}")).hasMessageContaining("byte order mark");
    assertThat(refusal("\uFEFF")).hasMessageContaining("byte order mark");
    refusal("{\"a\":1}".getBytes(StandardCharsets.UTF_16));
    refusal("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE));
  }

  @Test
  void depth_numbers_names_and_how_many_there_are_have_limits_that_the_error_names() {
    assertThat(refusal("[" + "{},".repeat(150_000) + "{}]")).hasMessageContaining("(300000)");
    assertThat(refusal("[".repeat(100_000))).hasMessageContaining("100");
    assertThat(refusal("{\"a\":" + "9".repeat(101) + "}")).hasMessageContaining("(100)");
    assertThat(refusal("{\"" + "n".repeat(60_000) + "\":1}")).hasMessageContaining("(1000)");
  }

  @Test
  void what_is_wrong_far_behind_the_beginning_is_told_with_its_place() {
    byte[] body = ("{\"a\":\"" + "ü".repeat(20_000) + "?\"}").getBytes(StandardCharsets.UTF_8);
    body[body.length - 3] = (byte) 0xFF;
    assertThat(refusal(body)).hasMessageContaining("not UTF-8: byte 40006 ");
  }

  @Test
  void good_JSON_is_read_as_it_is() {
    String body =
        "{\"text\":\"ü \uD83D\uDE00 \\ud83d\\ude00\",\"n\":[1,18446744073709551615,1.5e308,null,true]}";

    assertThat(json.read(body.getBytes(StandardCharsets.UTF_8), "The body").toString())
        .isEqualTo(
            "{\"text\":\"ü \uD83D\uDE00 \uD83D\uDE00\",\"n\":[1,18446744073709551615,1.5E308,null,true]}");
  }
}
