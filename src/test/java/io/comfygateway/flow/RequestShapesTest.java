package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that two servers could read in two ways, which is how one is smuggled past a proxy; and
 * requests that are too large.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestShapesTest {
  private static final String SMUGGLED = "GET /jobs HTTP/1.1\r\nHost: gateway\r\n\r\n";

  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of(
                    "gateway.http.max-uri-bytes", "1000",
                    "gateway.http.max-header-bytes", "4000",
                    "gateway.http.max-headers", "20",
                    "gateway.http.head-seconds", "1",
                    "gateway.http.idle-seconds", "1",
                    "gateway.http.body-seconds", "1"))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private String answers(String request) {
    try (RawConnection connection = RawConnection.to(gateway)) {
      return connection.send(request).untilClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nContent-Length: 40",
        "Content-Length: 4, 40",
        "Content-Length: 4\r\nContent-Length: 4",
        "Content-Length: +4",
        "Content-Length: -1",
        "Content-Length: 0x4",
        "Content-Length: 4 4",
        "Content-Length: 99999999999999999999",
        "Content-Length : 4",
        "Transfer-Encoding : chunked",
        " Content-Length: 4",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked\r\nContent-Length: 4",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: \u000bchunked",
        "X-Odd: a\0b",
        "X-Odd: a\rb",
        "X Odd: a",
        "Host: other\r\nContent-Length: 0",
        ": nothing"
      })
  void a_request_that_can_be_read_in_two_ways_is_refused_and_its_connection_ends(String fields) {
    String answers =
        answers(
            "POST /webhook/smoke HTTP/1.1\r\nHost: gateway\r\n"
                + fields
                + "\r\n\r\n0\r\n\r\n"
                + SMUGGLED);

    assertThat(RawConnection.statuses(answers)).as(answers).containsExactly(400);
    assertThat(answers).contains("application/problem+json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zz\r\n{}\r\n0\r\n\r\n",
        "-1\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "100000002\r\n{}\r\n0\r\n\r\n",
        "2;a=\"\r\n{}\r\n0\r\n\r\n",
        "2;a=\"b\nc\"\r\n{}\r\n0\r\n\r\n",
        "2;\r{}\r\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n"
      })
  void chunks_that_cannot_be_read_end_the_connection(String chunks) {
    String answers =
        answers(
            "POST /webhook/smoke HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunks
                + SMUGGLED);

    assertThat(RawConnection.statuses(answers)).as(answers).hasSizeLessThan(2).doesNotContain(202);
  }

  @Test
  void a_request_that_names_no_host_is_refused() {
    assertThat(answers("GET /health/live HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void chunks_are_not_read_from_a_request_of_http_1_0() {
    assertThat(
            answers("POST /webhook/smoke HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        .contains(" 400 ")
        .contains("application/problem+json");
  }

  @Test
  void a_line_that_is_folded_is_one_value() {
    String answers =
        answers(
            "GET /jobs HTTP/1.1\r\nHost: gateway\r\nX-API-Key:\r\n "
                + TestGateway.KEY
                + "\r\nConnection: close\r\n\r\n");

    assertThat(RawConnection.statuses(answers)).as(answers).containsExactly(200);
  }

  @Test
  void an_upgrade_to_http_2_without_tls_is_not_taken() {
    String answers =
        answers(
            "GET /health/live HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
    assertThat(RawConnection.statuses(answers)).as(answers).containsExactly(200);

    assertThat(answers("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"))
        .doesNotContain(" 200 ");
  }

  @Test
  void a_first_line_that_is_too_long_is_answered_414() {
    String answers =
        answers("GET /jobs?metadata.x=" + "a".repeat(1_000) + " HTTP/1.1\r\nHost: gateway\r\n\r\n");

    assertThat(answers)
        .startsWith("HTTP/1.0 414 ")
        .contains("\"/problems/uri-too-long\"")
        .contains("1000 bytes (gateway.http.max-uri-bytes)");
  }

  @Test
  void header_fields_that_are_too_large_are_answered_431() {
    String answers =
        answers("GET /jobs HTTP/1.1\r\nHost: gateway\r\nX: " + "a".repeat(4_000) + "\r\n\r\n");

    assertThat(answers)
        .startsWith("HTTP/1.1 431 ")
        .contains("\"/problems/headers-too-large\"")
        .contains("4000 bytes together (gateway.http.max-header-bytes)");
  }

  @Test
  void header_fields_that_are_too_many_are_answered_431_also_where_all_have_one_name() {
    String answers =
        answers("GET /jobs HTTP/1.1\r\nHost: gateway\r\n" + "X: a\r\n".repeat(20) + "\r\n");

    assertThat(answers)
        .startsWith("HTTP/1.1 431 ")
        .contains("has 21 header fields; 20 are allowed (gateway.http.max-headers)");
  }

  @Test
  void links_lead_to_the_public_url_whatever_the_request_says_of_itself() {
    Answer submitted = gateway.post("/webhook/smoke", "{}");
    String answers =
        answers(
            "GET /jobs/"
                + submitted.id()
                + " HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n"
                + "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 444\r\n"
                + "Forwarded: host=evil.example;proto=https\r\nX-Original-URL: /metrics\r\n"
                + "X-API-Key: "
                + TestGateway.KEY
                + "\r\nConnection: close\r\n\r\n");

    assertThat(answers)
        .startsWith("HTTP/1.1 200 ")
        .contains("\"self\":\"" + gateway.url() + "/jobs/" + submitted.id())
        .doesNotContain("evil.example")
        .doesNotContain("https:");
    assertThat(submitted.header("Location")).isEqualTo("/jobs/" + submitted.id());
  }

  @Test
  void no_answer_says_what_it_was_made_with() {
    for (String path : List.of("/health/live", "/docs", "/jobs", "/nothing-here", "/jobs/%zz")) {
      String answers =
          answers("GET " + path + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");

      assertThat(answers)
          .as(path)
          .startsWith("HTTP/1.1 ")
          .doesNotContainIgnoringCase("\r\nserver:")
          .doesNotContainIgnoringCase("x-powered-by")
          .doesNotContainIgnoringCase("vert.x")
          .doesNotContainIgnoringCase("camel");
    }
  }
}
