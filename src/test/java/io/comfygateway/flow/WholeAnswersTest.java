package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A job and all its outputs in one answer. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeAnswersTest {
  private static final String TWO_PICTURES =
      """
      {"prompt": {"1": {"class_type": "EmptyImage", "inputs": {"width": 16, "height": 8, "batch_size": 2, "color": 1}},
       "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "two"}}}}
      """;

  private TestGateway gateway;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
  }

  @Test
  void each_output_is_in_the_json_of_the_answer() throws Exception {
    Answer answer = gateway.post("/webhook?respond=base64", TWO_PICTURES);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("succeeded");
    assertThat(answer.json().path("outputs")).hasSize(2);
    for (JsonNode output : answer.json().path("outputs")) {
      assertThat(sha256(output.path("data").binaryValue()))
          .isEqualTo(output.path("sha256").asText());
    }
    assertThat(answer.header("Location")).isEqualTo("/jobs/" + answer.id());
  }

  @Test
  void a_message_has_the_job_and_then_its_files() throws Exception {
    String id = gateway.post("/webhook?respond=result", TWO_PICTURES).id();

    Answer answer = gateway.get("/jobs/" + id + "?respond=multipart");

    assertThat(answer.status()).isEqualTo(200);
    InternetHeaders headers = new InternetHeaders();
    headers.setHeader("Content-Type", answer.header("Content-Type"));
    MimeMultipart message = (MimeMultipart) new MimeBodyPart(headers, answer.bytes()).getContent();
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < message.getCount(); i++) {
      BodyPart part = message.getBodyPart(i);
      parts.add(part.getInputStream().readAllBytes());
      assertThat(part.getContentType()).isEqualTo(i == 0 ? "application/json" : "image/png");
    }
    JsonNode job = new com.fasterxml.jackson.databind.ObjectMapper().readTree(parts.get(0));
    assertThat(job.path("id").asText()).isEqualTo(id);
    assertThat(parts).hasSize(3);
    for (int i = 0; i < 2; i++) {
      JsonNode output = job.path("outputs").path(i);
      assertThat(sha256(parts.get(i + 1))).isEqualTo(output.path("sha256").asText());
      assertThat(message.getBodyPart(i + 1).getFileName())
          .isEqualTo(output.path("filename").asText());
    }
  }

  @Test
  void a_job_that_failed_is_answered_without_files() {
    String failing =
        "{\"prompt\": {\"1\": {\"class_type\": \"SlowImage\", \"inputs\": {\"width\": 8, \"height\": 8, \"steps\": 1, \"fail\": true}}, \"2\": {\"class_type\": \"SaveImage\", \"inputs\": {\"images\": [\"1\", 0], \"filename_prefix\": \"x\"}}}}";

    Answer answer = gateway.post("/webhook?respond=base64", failing);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("failed");
    assertThat(answer.json().path("outputs")).isEmpty();
  }

  @Test
  void other_words_are_refused_with_those_that_there_are() {
    String id = gateway.post("/webhook/smoke", "{}").id();

    Answer read = gateway.get("/jobs/" + id + "?respond=binary");
    Answer submitted = gateway.post("/webhook/smoke?respond=all", "{}");

    assertThat(read.status()).isEqualTo(400);
    assertThat(read.json().path("detail").asText())
        .isEqualTo("respond is \"binary\"; it is base64 or multipart.");
    assertThat(submitted.status()).isEqualTo(400);
    assertThat(submitted.json().path("detail").asText())
        .isEqualTo("respond is \"all\"; it is accepted, result, binary, base64 or multipart.");
    gateway.await(id, "succeeded");
  }
}
