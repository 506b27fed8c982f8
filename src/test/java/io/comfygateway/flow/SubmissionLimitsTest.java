package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How much of each thing may be sent: one more is refused, with its name and its limit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubmissionLimitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
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
                    "gateway.max-nodes", "20",
                    "gateway.max-text-characters", "2000",
                    "gateway.max-body-bytes", "300000"))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  @TestFactory
  Stream<DynamicTest> what_is_too_large_is_refused_with_its_name_and_its_limit() {
    return Stream.of(
        one("metadata", "/metadata", "16 KiB", body -> text(body.putObject("metadata"), 16 * 1024)),
        one(
            "extra_data",
            "/extra_data",
            "64 KiB",
            body -> text(body.putObject("extra_data"), 64 * 1024)),
        one(
            "a text",
            "/inputs/prompt",
            "2001 characters; at most 2000",
            body -> body.putObject("inputs").put("prompt", "x".repeat(2_001))),
        one(
            "the number of inputs",
            "/inputs",
            "501 values; at most 500",
            body -> many(body.putObject("inputs"), 501)),
        one(
            "a callback's URL",
            "/callback_url",
            "2048",
            body -> body.put("callback_url", "https://example.com/" + "x".repeat(2_048))),
        one(
            "the number of a callback's headers",
            "/callback/headers",
            "20 headers",
            body -> many(callback(body), 21)),
        one(
            "a callback's header",
            "/callback/headers/X-Long",
            "4096 characters",
            body -> callback(body).put("X-Long", "x".repeat(4_097))),
        one(
            "a prefix in S3",
            "/s3/prefix",
            "200 characters",
            body -> body.putObject("s3").put("prefix", "x".repeat(201))));
  }

  private DynamicTest one(String what, String pointer, String says, Consumer<ObjectNode> more) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          ObjectNode body = JSON.createObjectNode();
          more.accept(body);
          if (!body.has("inputs")) {
            body.putObject("inputs").put("prompt", "a cat");
          }
          refused("/webhook/txt2img", body, pointer, says);
        });
  }

  @Test
  void a_graph_has_so_many_nodes_and_each_text_in_it_so_many_characters() {
    ObjectNode large = JSON.createObjectNode();
    ObjectNode nodes = large.putObject("prompt");
    for (int i = 0; i <= 20; i++) {
      nodes.putObject("n" + i).put("class_type", "EmptyImage").putObject("inputs");
    }
    ObjectNode wordy = JSON.createObjectNode();
    wordy
        .putObject("prompt")
        .putObject("1")
        .put("class_type", "CLIPTextEncode")
        .putObject("inputs")
        .put("text", "x".repeat(2_001));

    refused("/webhook", large, "/prompt", "21 nodes; at most 20");
    refused("/webhook", wordy, "/prompt/1/inputs/text", "2001 characters; at most 2000");
  }

  @Test
  void a_body_a_depth_a_number_and_a_name_are_limited_before_anything_is_read_of_them() {
    for (String body :
        List.of(
            "{\"metadata\":" + "[".repeat(200) + "]".repeat(200) + "}",
            "{\"seed\":" + "1".repeat(200) + "}",
            "{\"" + "x".repeat(2_000) + "\":1}")) {
      Answer answer = gateway.post("/webhook/smoke", body);
      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).contains("exceeds the maximum");
    }
    assertThat(gateway.post("/webhook/smoke", " ".repeat(300_001)).status()).isEqualTo(413);
    Answer key = gateway.post("/webhook/smoke", "{}", "Idempotency-Key", "x".repeat(256));
    assertThat(key.status()).isEqualTo(400);
    assertThat(key.text()).contains("255 characters");
  }

  @Test
  void thousands_of_faults_get_a_short_answer() {
    ObjectNode body = JSON.createObjectNode();
    many(body, 20_000);

    Answer answer = gateway.post("/webhook/smoke", body.toString());

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().path("errors")).hasSize(100);
  }

  private void refused(String path, ObjectNode body, String pointer, String says) {
    Answer answer = gateway.post(path, body.toString());
    assertThat(answer.status()).as(answer.text()).isIn(403, 422);
    assertThat(answer.json().path("errors").findValuesAsText("pointer")).contains(pointer);
    assertThat(answer.json().path("detail").asText()).contains(says);
    assertThat(answer.bytes()).hasSizeLessThan(20_000);
  }

  private static ObjectNode callback(ObjectNode body) {
    ObjectNode callback = body.putObject("callback").put("url", "https://example.com/");
    return callback.putObject("headers");
  }

  private static void text(ObjectNode object, int length) {
    object.put("text", "x".repeat(length));
  }

  private static void many(ObjectNode object, int count) {
    for (int i = 0; i < count; i++) {
      object.put("x" + i, "y");
    }
  }
}
