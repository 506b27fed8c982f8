package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each door says in the shape of its product what is wrong, wherever the gateway's own API would
 * say it as problem details: before the route, in it, and in the limits of the caller's key.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorRefusalsTest {
  private static final String DOORS =
      """
      /v1/images/generations       | {"model":"txt2img","prompt":"x"} | /error/message
      /comfy-pack/smoke/generate   | {"width":64}                   | /error
      /modal/smoke                 | {"width":64}                   | /detail
      /runpod/v2/smoke/runsync     | {"input":{"width":64}}         | /error
      """;

  private TestGateway gateway;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
  }

  private static JsonNode inShape(Answer answer, int status, String pointer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.json().at(pointer).asText()).as(answer.text()).isNotEmpty();
    assertThat(answer.json().has("type")).isFalse();
    return answer.json();
  }

  private String key(String name, String more) {
    return gateway
        .postWith(
            "/keys",
            TestGateway.ADMIN_KEY,
            "{\"name\":\"%s\",\"scopes\":[\"run\"],%s}".formatted(name, more))
        .json()
        .path("secret")
        .asText();
  }

  private Answer send(String path, String type, String body, String... headers) {
    return gateway.send(
        gateway
            .request(path, gateway.key())
            .headers(headers.length == 0 ? new String[] {"Accept", "*/*"} : headers)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = DOORS)
  void a_body_that_cannot_be_read(String path, String body, String pointer) {
    inShape(send(path, "text/plain", body), 415, pointer);
    inShape(send(path, "application/x-www-form-urlencoded", "width=64"), 415, pointer);
    inShape(send(path, "application/json", body, "Content-Encoding", "gzip"), 415, pointer);
    inShape(send(path, "application/json", body + "x"), 400, pointer);
    inShape(send(path, "application/json", "[1]"), 400, pointer);
    inShape(send(path, "multipart/form-data", body), 400, pointer);
    inShape(send(path, "multipart/form-data; boundary=x", "--y\r\n"), 400, pointer);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = DOORS)
  void a_path_a_method_or_a_workflow_that_is_not_there(String path, String body, String pointer) {
    inShape(gateway.post(path + "/nothing", body), 404, pointer);
    inShape(gateway.get(path), 404, pointer);
    inShape(gateway.delete(path), 404, pointer);
    inShape(
        gateway.post(
            path.replace("smoke", "no-such-workflow"), body.replace("txt2img", "no-such-workflow")),
        404,
        pointer);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = DOORS)
  void a_key_that_may_not(String path, String body, String pointer) {
    String door = path.substring(1, 4).replace("/", "-");
    String other = key("refusals-other-" + door, "\"workflows\":[\"img2img\"]");
    String network = key("refusals-network-" + door, "\"networks\":[\"192.0.2.0/24\"]");

    inShape(gateway.postWith(path, "no-such-key", body), 401, pointer);
    inShape(gateway.postWith(path, other, body), 403, pointer);
    inShape(
        gateway.postWith(path, network, body),
        gateway.getWith("/workflows", network).status(),
        pointer);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = DOORS)
  void rates_of_a_key(String path, String body, String pointer) {
    String door = path.substring(1, 4).replace("/", "-");
    String jobs = key("refusals-jobs-" + door, "\"jobs_per_minute\":1");
    String requests = key("refusals-requests-" + door, "\"requests_per_minute\":1");

    assertThat(gateway.postWith(path, jobs, body).status()).isEqualTo(200);
    Answer job = gateway.postWith(path, jobs, body);
    inShape(job, 429, pointer);
    assertThat(Integer.parseInt(job.header("Retry-After"))).isPositive();

    assertThat(gateway.postWith(path, requests, body).status()).isEqualTo(200);
    Answer request = gateway.postWith(path, requests, body);
    inShape(request, 429, pointer);
    assertThat(Integer.parseInt(request.header("Retry-After"))).isPositive();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = DOORS)
  void what_the_server_refuses_before_any_route(String path, String body, String pointer)
      throws IOException {
    String begin = "POST " + path + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n";
    String many = "X-Field: x\r\n".repeat(150);
    String long1 = "X-Field: " + "x".repeat(20_000) + "\r\n";

    raw(begin + many + "\r\n", 431, pointer);
    raw(begin + long1 + "\r\n", 431, pointer);
    raw(begin + "Host: other\r\n\r\n", 400, pointer);
  }

  private void raw(String request, int status, String pointer) throws IOException {
    try (RawConnection connection = RawConnection.to(gateway)) {
      String answer = connection.send(request).untilClosed();
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("application/json");
      JsonNode json = new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
      assertThat(json.at(pointer).asText()).as(answer).isNotEmpty();
    }
  }
}
