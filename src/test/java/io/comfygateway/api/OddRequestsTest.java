package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.route.LiveGateway;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered to requests that no operation of the contract is for, or none as it came. */
class OddRequestsTest {
  private static ComfySimulator comfy;
  private static LiveGateway gateway;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    comfy = ComfySimulator.start(SimulatorOptions.defaults());
    gateway = LiveGateway.start(folder, comfy.url().toString());
  }

  @AfterAll
  static void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void a_head_request_is_answered_as_a_get_without_its_body() {
    HttpRequest.Builder head =
        gateway.request("/health/live").method("HEAD", BodyPublishers.noBody());
    HttpResponse<String> answer = gateway.send(head);
    HttpResponse<String> get = gateway.get("/health/live");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("Content-Length"))
        .isEqualTo(get.headers().firstValue("Content-Length"));
    String id = gateway.submit();
    JsonNode job = gateway.awaitStatus(id, "succeeded");
    HttpRequest.Builder file =
        HttpRequest.newBuilder(URI.create(job.path("outputs").get(0).path("url").asText()))
            .method("HEAD", BodyPublishers.noBody());
    HttpResponse<String> image = gateway.send(file);
    assertThat(image.statusCode()).isEqualTo(200);
    assertThat(image.body()).isEmpty();
    assertThat(image.headers().firstValue("Content-Length"))
        .contains(job.path("outputs").get(0).path("bytes").asText());
  }

  @Test
  void what_the_server_answers_by_itself_is_problem_details_too() {
    for (HttpResponse<String> answer :
        List.of(
            gateway.get("/nothing-here"),
            gateway.send(gateway.request("/jobs").DELETE()),
            gateway.post("/nothing-here", "{\"a\":1}"),
            gateway.post("/jobs", "{\"a\":1}"),
            gateway.post("/webhook/smoke", "{\"x\":\"" + "x".repeat(60_000_000) + "\"}"))) {
      assertThat(answer.headers().firstValue("Content-Type"))
          .as(answer.toString())
          .contains("application/problem+json");
      assertThat(LiveGateway.json(answer).path("status").asInt()).isEqualTo(answer.statusCode());
    }
  }

  @Test
  void an_OPTIONS_request_is_answered_without_a_body_and_what_the_path_says_is_no_header() {
    HttpResponse<String> answer =
        gateway.send(gateway.request("/webhook/smoke").method("OPTIONS", BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("workflow")).isEmpty();
  }

  @Test
  void a_compressed_body_is_refused_as_one() {
    HttpResponse<String> answer =
        gateway.send(
            gateway
                .request("/webhook/smoke", "Content-Encoding", "gzip")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(new byte[] {0x1f, (byte) 0x8b, 8})));
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.headers().firstValue("Accept-Encoding")).contains("identity");
  }

  private static String raw(String request) {
    URI url = URI.create(gateway.server().baseUrl());
    try (Socket client = new Socket(url.getHost(), url.getPort())) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(request, e);
    }
  }

  private static String head(String line, String... fields) {
    return line
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + Arrays.stream(fields).map(field -> field + "\r\n").collect(Collectors.joining())
        + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /jobs/%zz",
        "GET /jobs?%zz",
        "GET /jobs?status=%",
        "GET /batches?%zz",
        "GET /openapi.json?%zz",
        "GET /health/live?%zz",
        "GET /events?%zz",
        "GET /docs?%zz",
        "GET /nothing-here?%zz"
      })
  void a_url_that_cannot_be_decoded_is_answered_with_problem_details(String line) {
    assertThat(raw(head(line))).startsWith("HTTP/1.1 400").contains("application/problem+json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET /prompt?%zz", "GET /view?filename=%zz", "GET /api/history?%", "GET /ws?%zz"})
  void on_comfyuis_own_api_such_a_url_is_answered_in_its_shape(String line) {
    assertThat(raw(head(line))).startsWith("HTTP/1.1 400").contains("\"node_errors\"");
  }

  @Test
  void a_body_or_a_cookie_that_cannot_be_decoded_is_answered() {
    String form = "Content-Type: application/x-www-form-urlencoded";
    for (String path : List.of("/webhook/smoke", "/jobs", "/prompt", "/upload/image")) {
      assertThat(raw(head("POST " + path, form, "Content-Length: 5") + "a=%zz"))
          .as(path)
          .containsPattern("^HTTP/1.1 4\\d\\d ");
    }
    assertThat(raw(head("GET /jobs", "Cookie: a=%zz; %; =;;a"))).startsWith("HTTP/1.1 401");
    assertThat(raw(head("POST /webhook/smoke?%zz", "Content-Length: 2") + "{}"))
        .startsWith("HTTP/1.1 400");
  }
}
