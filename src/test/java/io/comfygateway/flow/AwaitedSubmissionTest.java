package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Submissions whose answer waits for the job, or is its output. */
@SharedGateway
class AwaitedSubmissionTest {
  private static final String CAT = "{\"inputs\":{\"prompt\":\"a cat\"}}";
  private final Comfy comfy;
  private final TestGateway gateway;

  AwaitedSubmissionTest(Comfy comfy, TestGateway gateway) {
    this.comfy = comfy;
    this.gateway = gateway;
  }

  @Test
  void prefer_wait_holds_until_the_job_has_ended_and_accept_image_gives_its_bytes() {
    Answer held = gateway.post("/webhook/txt2img", CAT, "Prefer", "wait=20");
    Answer image = gateway.post("/webhook/txt2img", CAT, "Prefer", "wait=20", "Accept", "image/*");

    assertThat(held.status()).isEqualTo(200);
    assertThat(held.json().path("status").asText()).isEqualTo("succeeded");
    assertThat(image.status()).isEqualTo(200);
    assertThat(image.header("Content-Type")).isEqualTo("image/png");
    assertThat(image.header("ETag")).isEqualTo("\"" + sha256Of(image) + "\"");
  }

  @Test
  void a_wait_that_is_over_before_the_job_is_answered_with_202() {
    comfy.hold();
    try {
      Answer answer = gateway.post("/webhook/txt2img", CAT, "Prefer", "wait=1");
      assertThat(answer.status()).isEqualTo(202);
      assertThat(
              gateway
                  .getWith("/jobs/" + answer.id(), gateway.key(), "Prefer", "wait=1")
                  .json()
                  .path("status")
                  .asText())
          .isIn("queued", "running");
      gateway.await(answer.id(), "running");
      comfy.release();
      assertThat(
              gateway
                  .getWith("/jobs/" + answer.id(), gateway.key(), "Prefer", "wait=20")
                  .json()
                  .path("status")
                  .asText())
          .isEqualTo("succeeded");
    } finally {
      comfy.release();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/webhook/txt2img?respond=binary, Prefer, wait=1",
    "/webhook/txt2img?respond=binary, Prefer, wait=0",
  })
  void bytes_that_are_not_there_in_time_are_no_success_and_come_with_the_same_key_again(
      String path, String header, String value) {
    String key = UUID.randomUUID().toString();
    Answer late;
    comfy.hold();
    try {
      late = gateway.post(path, CAT, header, value, "Idempotency-Key", key);
    } finally {
      comfy.release();
    }

    String id = late.json().path("job_id").asText();
    assertThat(late.status()).as(late.text()).isEqualTo(504);
    assertThat(late.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(late.header("Location")).isEqualTo("/jobs/" + id);
    assertThat(late.header("Retry-After")).isEqualTo("1");
    assertThat(late.json().path("type").asText()).isEqualTo("/problems/job-not-ready");
    assertThat(late.json().path("detail").asText()).contains(id).contains("same Idempotency-Key");
    gateway.await(id, "succeeded");
    Answer again = gateway.post(path, CAT, header, value, "Idempotency-Key", key);
    assertThat(again.status()).as(again.text()).isEqualTo(200);
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(again.header("Gateway-Job-Id")).isEqualTo(id);
    assertThat(again.header("Content-Type")).isEqualTo("image/png");
  }

  @Test
  void who_accepts_an_image_alone_is_not_answered_with_a_job() {
    assertThat(gateway.post("/webhook/txt2img", CAT, "Accept", "image/png").header("Content-Type"))
        .isEqualTo("image/png");
    Answer late;
    comfy.hold();
    try {
      late = gateway.post("/webhook/txt2img", CAT, "Accept", "image/png", "Prefer", "wait=0");
    } finally {
      comfy.release();
    }

    assertThat(late.status()).as(late.text()).isEqualTo(504);
    assertThat(late.json().path("detail").asText()).doesNotContain("Idempotency-Key");
    gateway.await(late.json().path("job_id").asText(), "succeeded");
  }

  @Test
  void the_bytes_of_one_of_several_outputs_come_with_links_to_the_others() {
    String three =
        "{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":3,\"color\":1}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}}}";

    Answer first = gateway.post("/webhook?respond=binary", three);

    String job = "/jobs/" + first.header("Gateway-Job-Id");
    assertThat(first.header("Gateway-Output-Count")).isEqualTo("3");
    assertThat(first.header("Link"))
        .isEqualTo(
            "<%1$s>; rel=\"collection\", <%1$s/outputs/1>; rel=\"item\", <%1$s/outputs/2>; rel=\"item\""
                .formatted(job));
    assertThat(gateway.get(job + "/outputs/2").header("Content-Type")).isEqualTo("image/png");
  }

  private static String sha256Of(Answer answer) {
    return sha256(answer.bytes());
  }
}
