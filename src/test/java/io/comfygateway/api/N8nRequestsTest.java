package io.comfygateway.api;

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

  @Test
  void a_form_is_the_same_as_json() throws IOException {
    HttpResponse<String> taken =
        post(
            "/webhook/txt2img",
            "application/x-www-form-urlencoded; charset=utf-8",
            "prompt=a+fox+%26+a+caf%C3%A9&width=64&height=64&seed=7&priority=3"
                + "&metadata=%7B%22row%22%3A%201%7D");

    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
    JsonNode job = json(taken);
    assertThat(job.path("seeds").elements().next().asLong()).isEqualTo(7);
    assertThat(job.path("priority").asInt()).isEqualTo(3);
    assertThat(job.path("metadata").path("row").asInt()).isEqualTo(1);
  }

  @Test
  void a_form_with_a_file_is_one_submission() throws IOException {
    String boundary = "--------------------------f72f030fb36c5b9d7303f3e3";
    String line = "--" + boundary + "\r\nContent-Disposition: form-data; name=";
    String gif = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
    HttpResponse<String> taken =
        post(
            "/webhook/img2img",
            "multipart/form-data; boundary=" + boundary,
            line
                + "\"image\"; filename=\"my cat.gif\"\r\nContent-Type: image/gif\r\n\r\n"
                + gif
                + "\r\n"
                + line
                + "\"prompt\"\r\n\r\nein Märchen\r\n"
                + line
                + "\"denoise\"\r\n\r\n0.65\r\n--"
                + boundary
                + "--\r\n");

    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
  }

  @Test
  void seeds_that_are_drawn_are_exact_in_javascript() throws IOException {
    for (int i = 0; i < 20; i++) {
      JsonNode job =
          json(post("/webhook/txt2img", "application/json", "{\"inputs\":{\"prompt\":\"x\"}}"));
      assertThat(job.path("seeds").elements().next().asLong()).isBetween(0L, (1L << 53) - 1);
    }
  }
}
