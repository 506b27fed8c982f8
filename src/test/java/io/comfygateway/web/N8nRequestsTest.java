package io.comfygateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.route.LiveGateway;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Requests as the HTTP Request node of n8n 2.40.7 writes them, byte for byte. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class N8nRequestsTest {
  private static final String ACCEPT =
      "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8,"
          + " */*;q=0.7";
  private static final ObjectMapper JSON = new ObjectMapper();
  private ComfySimulator comfy;
  private LiveGateway gateway;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    comfy = ComfySimulator.start(SimulatorOptions.defaults());
    gateway = LiveGateway.start(folder, comfy.url().toString());
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private HttpResponse<String> post(String path, String contentType, String body) {
    return gateway.send(
        gateway
            .request(path, "Accept", ACCEPT, "User-Agent", "n8n")
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofString(body)));
  }

  private static String contentType(HttpResponse<?> answer) {
    return answer.headers().firstValue("Content-Type").orElse("none");
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    return JSON.readTree(answer.body());
  }

  @Test
  void an_answer_says_that_it_is_json_though_the_request_said_the_same() throws IOException {
    // n8n makes a text of an answer without a content type, and $json.id is not there.
    HttpResponse<String> taken = post("/webhook/smoke", "application/json", "{\"inputs\":{}}");

    assertThat(taken.statusCode()).isEqualTo(202);
    assertThat(contentType(taken)).isEqualTo("application/json");
    HttpResponse<String> job = gateway.get("/jobs/" + json(taken).path("id").asText());
    assertThat(contentType(job)).isEqualTo("application/json");
  }

  @Test
  void a_refusal_says_that_it_is_problem_details() {
    HttpResponse<String> refused =
        post("/webhook/smoke", "application/json", "{\"inputs\":{\"width\":\"wide\"}}");

    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(contentType(refused)).isEqualTo("application/problem+json");
  }
}
