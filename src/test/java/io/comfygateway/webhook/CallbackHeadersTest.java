package io.comfygateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackHeadersTest {
  @Test
  void headers_of_the_callers_own_are_kept_in_their_order() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-Second", " a value\t");
    headers.put("Authorization", "Bearer abc=");
    headers.put("x-empty", "");

    assertThat(CallbackHeaders.check(headers))
        .containsExactly(
            Map.entry("X-Second", "a value"),
            Map.entry("Authorization", "Bearer abc="),
            Map.entry("x-empty", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "webhook-id",
        "Webhook-Signature",
        "WEBHOOK-TIMESTAMP",
        "webhook-anything",
        "Content-Type",
        "content-length",
        "Content-Encoding",
        "Host",
        "Connection",
        "Keep-Alive",
        "Transfer-Encoding",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "User-Agent",
        "Proxy-Authorization",
        "proxy-connection",
        "HTTP2-Settings",
        "CamelHttpUri",
        "camelhttpmethod",
        "org.apache.camel.anything"
      })
  void headers_of_the_gateway_cannot_be_overridden(String name) {
    Problem problem = refusal(Map.of(name, "x"));

    assertThat(problem.faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.pointer()).isEqualTo("/callback/headers/" + name);
              assertThat(fault.detail()).contains(name).contains("gateway's own");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "a b", "a:b", "a\r\nb", "X-É", "a\u0000", "a(b)", "\"a\"", "host "})
  void a_name_that_is_no_token_is_refused(String name) {
    assertThat(refusal(Map.of(name, "x")).faults())
        .singleElement()
        .extracting(Fault::pointer)
        .isEqualTo("/callback/headers/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u0000b", "\r\n", "é", "a\u007f", "\u2028"})
  void a_value_that_could_break_out_of_its_line_is_refused(String value) {
    assertThat(refusal(Map.of("X-Fine", value)).faults())
        .singleElement()
        .extracting(Fault::pointer)
        .isEqualTo("/callback/headers/X-Fine");
  }

  @Test
  void pointers_are_escaped_and_every_fault_is_named() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("a/b~c", "x");
    headers.put("Host", "x");
    headers.put("X-Fine", "x");
    headers.put("x-fine", "y");

    assertThat(refusal(headers).faults())
        .extracting(Fault::pointer)
        .containsExactly(
            "/callback/headers/a~1b~0c", "/callback/headers/Host", "/callback/headers/x-fine");
  }

  @Test
  void twenty_headers_are_taken_and_one_more_is_not() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      headers.put("X-" + i, "v");
    }
    assertThat(CallbackHeaders.check(headers)).hasSize(20);

    headers.put("X-20", "v");
    assertThat(refusal(headers).faults())
        .extracting(Fault::pointer)
        .containsExactly("/callback/headers");
  }

  @Test
  void long_names_long_values_and_many_characters_in_all_are_refused() {
    assertThat(refusal(Map.of("x".repeat(129), "v")).faults()).hasSize(1);
    assertThat(refusal(Map.of("X-A", "v".repeat(4097))).faults())
        .extracting(Fault::pointer)
        .containsExactly("/callback/headers/X-A");
    String four = "v".repeat(4096);
    assertThat(refusal(Map.of("X-A", four, "X-B", four)).faults())
        .extracting(Fault::pointer)
        .containsExactly("/callback/headers");
  }

  private static Problem refusal(Map<String, String> headers) {
    Problem problem = catchThrowableOfType(Problem.class, () -> CallbackHeaders.check(headers));
    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_INPUT);
    return problem;
  }
}
