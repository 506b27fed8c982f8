package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a webhook to pictures, over sockets. */
@SharedGateway
class SubmitTest {
  private static final String CAT = "{\"inputs\":{\"prompt\":\"a cat\"}}";
  private final Comfy comfy;
  private final TestGateway gateway;

  SubmitTest(Comfy comfy, TestGateway gateway) {
    this.comfy = comfy;
    this.gateway = gateway;
  }

  @Test
  void a_webhook_is_accepted_at_once_and_becomes_a_picture() throws Exception {
    Answer accepted = gateway.post("/webhook/txt2img", CAT);

    assertThat(accepted.status()).isEqualTo(202);
    assertThat(accepted.header("Location")).isEqualTo("/jobs/" + accepted.id());
    assertThat(accepted.header("Retry-After")).isNotEmpty();
    assertThat(accepted.json().path("prompt_id").asText()).isEqualTo(accepted.id());
    assertThat(UUID.fromString(accepted.id())).isNotNull();

    JsonNode job = gateway.await(accepted.id(), "succeeded");
    JsonNode output = job.path("outputs").path(0);
    assertThat(job.path("workflow").asText()).isEqualTo("txt2img@1");
    assertThat(output.path("kind").asText()).isEqualTo("image");
    assertThat(output.path("content_type").asText()).isEqualTo("image/png");
    Answer picture = gateway.getWith(output.path("url").asText(), "");
    assertThat(picture.status()).isEqualTo(200);
    assertThat(picture.bytes()).hasSize(output.path("bytes").asInt());
    assertThat(sha256(picture.bytes())).isEqualTo(output.path("sha256").asText());
    assertThat(picture.bytes()).startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void the_job_is_the_prompt_and_the_client_is_named() {
    String id = gateway.post("/webhook/txt2img?respond=result", CAT).id();

    JsonNode history = comfy.get("/history/" + id).path(id);
    assertThat(history.path("prompt").path(1).asText()).isEqualTo(id);
    assertThat(history.path("prompt").path(3).path("client_id").asText()).startsWith("gateway-");
  }

  @Test
  void seeds_are_drawn_reported_and_given_to_ComfyUI() {
    JsonNode one = gateway.post("/webhook/txt2img?respond=result", CAT).json();
    JsonNode two = gateway.post("/webhook/txt2img?respond=result", CAT).json();

    long seed = one.path("seeds").path("3.seed").asLong();
    assertThat(seed)
        .isBetween(0L, (1L << 53) - 1)
        .isNotEqualTo(two.path("seeds").path("3.seed").asLong());
    assertThat(one.path("outputs").path(0).path("sha256"))
        .isNotEqualTo(two.path("outputs").path(0).path("sha256"));
    String id = one.path("id").asText();
    assertThat(
            comfy
                .get("/history/" + id)
                .path(id)
                .path("prompt")
                .path(2)
                .path("3")
                .path("inputs")
                .path("seed")
                .asLong())
        .isEqualTo(seed);
  }

  @Test
  void a_seed_can_be_given_for_all_or_one_by_one_or_kept() {
    JsonNode all =
        gateway
            .post("/webhook/txt2img?respond=result", "{\"inputs\":{\"prompt\":\"a\"},\"seed\":42}")
            .json();
    JsonNode one =
        gateway
            .post("/webhook/txt2img?respond=result", "{\"inputs\":{\"prompt\":\"a\",\"seed\":43}}")
            .json();
    JsonNode kept =
        gateway
            .post(
                "/webhook/txt2img?respond=result",
                "{\"inputs\":{\"prompt\":\"a\"},\"seed\":\"keep\"}")
            .json();

    assertThat(all.path("seeds").path("3.seed").asLong()).isEqualTo(42);
    assertThat(one.path("seeds").path("3.seed").asLong()).isEqualTo(43);
    assertThat(kept.path("status").asText()).isEqualTo("succeeded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"smoke", "txt2img", "sdxl-refiner", "flux"})
  void every_shipped_workflow_runs_by_its_example(String name) {
    JsonNode example = gateway.get("/workflows/" + name).json().path("example_request");

    JsonNode job = gateway.post("/webhook/" + name + "?respond=result", example.toString()).json();

    assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
    assertThat(job.path("outputs")).hasSizeGreaterThan(0);
  }

  @Test
  void an_image_goes_in_as_a_data_URI_as_base64_as_a_form_part_and_by_its_URL() {
    byte[] picture =
        gateway
            .post(
                "/webhook/smoke?respond=binary",
                "{\"inputs\":{\"width\":64,\"height\":64,\"color\":255}}")
            .bytes();
    String base64 = Base64.getEncoder().encodeToString(picture);
    String signed =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"inputs\":{\"width\":64,\"height\":64,\"color\":65280}}")
            .json()
            .path("outputs")
            .path(0)
            .path("url")
            .asText();

    for (String image : new String[] {"data:image/png;base64," + base64, base64, signed}) {
      JsonNode job =
          gateway
              .post(
                  "/webhook/img2img?respond=result",
                  "{\"inputs\":{\"prompt\":\"a dog\",\"image\":\"" + image + "\"}}")
              .json();
      assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
    }
    Answer form =
        gateway.send(PictureForm.request(gateway, "/webhook/img2img?respond=result", picture));
    assertThat(form.status()).as(form.text()).isEqualTo(200);
    assertThat(form.json().path("status").asText()).as(form.text()).isEqualTo("succeeded");
    assertThat(form.json().path("seeds").path("3.seed").asInt()).isEqualTo(7);
  }

  @Test
  void an_image_that_cannot_be_fetched_fails_the_job_and_says_so() {
    JsonNode job =
        gateway
            .post(
                "/webhook/img2img?respond=result",
                "{\"inputs\":{\"prompt\":\"a\",\"image\":\"" + gateway.url() + "/nothing.png\"}}")
            .json();

    assertThat(job.path("status").asText()).isEqualTo("failed");
    assertThat(job.path("error").path("type").asText()).isEqualTo("input_error");
    assertThat(job.path("error").path("detail").asText()).contains("404");
  }

  @Test
  void a_graph_of_ones_own_needs_the_scope_raw() {
    String body =
        "{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":2,\"color\":1}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}}}";

    assertThat(gateway.postWith("/webhook", TestGateway.RUN_ONLY_KEY, body).status())
        .isEqualTo(403);
    Answer own = gateway.post("/webhook?respond=result", body);
    assertThat(own.json().path("outputs")).hasSize(2);
    assertThat(own.json().has("workflow")).isFalse();
  }

  @Test
  void the_same_idempotency_key_and_body_is_the_same_job() {
    String key = UUID.randomUUID().toString();
    Answer first = gateway.post("/webhook/txt2img", CAT, "Idempotency-Key", key);
    Answer again = gateway.post("/webhook/txt2img", CAT, "Idempotency-Key", key);
    Answer other =
        gateway.post(
            "/webhook/txt2img", "{\"inputs\":{\"prompt\":\"a dog\"}}", "Idempotency-Key", key);
    Answer otherCaller =
        gateway.postWith("/webhook/txt2img", TestGateway.OTHER_KEY, CAT, "Idempotency-Key", key);

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(first.header("Idempotency-Replayed")).isEmpty();
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.json().path("type").asText()).endsWith("/idempotency-conflict");
    assertThat(otherCaller.id()).isNotEqualTo(first.id());
    gateway.await(first.id(), "succeeded");
    assertThat(comfy.submissions(first.id())).isEqualTo(1);
  }

  @Test
  void another_keys_job_is_no_job() {
    String id = gateway.post("/webhook/txt2img?respond=result", CAT).id();

    assertThat(gateway.getWith("/jobs/" + id, TestGateway.OTHER_KEY).status()).isEqualTo(404);
    assertThat(gateway.getWith("/jobs/" + id + "/outputs/0", TestGateway.OTHER_KEY).status())
        .isEqualTo(404);
    assertThat(
            gateway.send(gateway.request("/jobs/" + id, TestGateway.OTHER_KEY).DELETE()).status())
        .isEqualTo(404);
    assertThat(gateway.postWith("/jobs/" + id + "/redeliver", TestGateway.OTHER_KEY, "").status())
        .isEqualTo(404);
    assertThat(gateway.getWith("/jobs", TestGateway.OTHER_KEY).text()).doesNotContain(id);
  }

  @Test
  void an_output_is_served_in_ranges_with_its_hash_as_ETag() {
    JsonNode job = gateway.post("/webhook/txt2img?respond=result", CAT).json();
    String path = "/jobs/" + job.path("id").asText() + "/outputs/0";
    Answer whole = gateway.get(path);

    Answer part = gateway.getWith(path, gateway.key(), "Range", "bytes=2-5");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).isEqualTo("bytes 2-5/" + whole.bytes().length);
    assertThat(part.bytes()).isEqualTo(java.util.Arrays.copyOfRange(whole.bytes(), 2, 6));
    assertThat(gateway.getWith(path, gateway.key(), "Range", "bytes=999999999-").status())
        .isEqualTo(416);
    assertThat(gateway.getWith(path, gateway.key(), "If-None-Match", whole.header("ETag")).status())
        .isEqualTo(304);
    assertThat(whole.header("Content-Disposition")).contains("filename=");
    assertThat(gateway.get("/jobs/" + job.path("id").asText() + "/outputs/9").status())
        .isEqualTo(404);
  }

  @Test
  void a_signed_URL_opens_this_output_and_no_other() {
    JsonNode one = gateway.post("/webhook/txt2img?respond=result", CAT).json();
    JsonNode two = gateway.post("/webhook/txt2img?respond=result", CAT).json();
    String url = one.path("outputs").path(0).path("url").asText();

    assertThat(gateway.getWith(url, "").status()).isEqualTo(200);
    assertThat(gateway.getWith(url + "x", "").status()).isEqualTo(403);
    assertThat(gateway.getWith(url.replaceFirst("expires=\\d", "expires=9"), "").status())
        .isEqualTo(403);
    assertThat(
            gateway
                .getWith(url.replace(one.path("id").asText(), two.path("id").asText()), "")
                .status())
        .isEqualTo(403);
    assertThat(gateway.getWith(url.replaceFirst("\\?.*", ""), "").status()).isEqualTo(401);
  }

  @Test
  void jobs_are_listed_newest_first_by_status_workflow_and_metadata_in_pages() {
    String mark = UUID.randomUUID().toString();
    String first =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"metadata\":{\"mark\":\"" + mark + "\",\"n\":1}}")
            .id();
    String second =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"metadata\":{\"mark\":\"" + mark + "\",\"n\":2}}")
            .id();

    JsonNode all =
        gateway.get("/jobs?metadata.mark=" + mark + "&status=succeeded&workflow=smoke").json();
    assertThat(all.path("jobs").findValuesAsText("prompt_id")).containsExactly(second, first);
    JsonNode page = gateway.get("/jobs?limit=1&metadata.mark=" + mark).json();
    assertThat(page.path("jobs").findValuesAsText("prompt_id")).containsExactly(second);
    String cursor = page.path("next_cursor").asText();
    JsonNode next = gateway.get("/jobs?limit=1&metadata.mark=" + mark + "&cursor=" + cursor).json();
    assertThat(next.path("jobs").findValuesAsText("prompt_id")).containsExactly(first);
    assertThat(
            gateway
                .get("/jobs?limit=1&metadata.n=2&metadata.mark=" + mark)
                .json()
                .path("jobs")
                .findValuesAsText("prompt_id"))
        .containsExactly(second);
  }

  @Test
  void a_job_that_has_not_changed_is_answered_with_304() {
    String id = gateway.post("/webhook/smoke?respond=result", "{}").id();
    Answer job = gateway.get("/jobs/" + id);

    // A proxy that compresses makes the tag a weak one (RFC 9110, section 8.8.1).
    String tag = job.header("ETag");
    for (String known : List.of(tag, "W/" + tag, "*", "\"a,b\", W/" + tag)) {
      Answer again = gateway.getWith("/jobs/" + id, gateway.key(), "If-None-Match", known);
      assertThat(again.status()).as(known).isEqualTo(304);
      assertThat(again.header("ETag")).isEqualTo(tag);
      assertThat(again.bytes()).isEmpty();
    }
    assertThat(
            gateway.getWith("/jobs/" + id, gateway.key(), "If-None-Match", "\"another\"").status())
        .isEqualTo(200);
  }

  @Test
  void a_workflows_inputs_may_stand_at_the_top_and_be_written_as_text() {
    JsonNode job =
        gateway
            .post(
                "/webhook/txt2img?respond=result",
                "{\"prompt\":\"a cat\",\"width\":\"64\",\"height\":64,\"negative_prompt\":null,\"steps\":\"\"}")
            .json();

    assertThat(job.path("status").asText()).as(job.toString()).isEqualTo("succeeded");
    assertThat(job.path("outputs").path(0).path("width").asInt()).isEqualTo(64);
  }

  private Answer form(String body) {
    return gateway.send(
        gateway
            .request("/webhook/txt2img", gateway.key())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
  }

  @Test
  void metadata_comes_back_and_a_secret_header_does_not() {
    JsonNode job =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"metadata\":{\"order\":{\"id\":7}},\"extra_data\":{\"api_key_comfy_org\":\"s3cret\",\"shown\":\"note\"}}")
            .json();

    assertThat(job.path("metadata").path("order").path("id").asInt()).isEqualTo(7);
    assertThat(job.toString()).doesNotContain("s3cret");
    String id = job.path("id").asText();
    assertThat(comfy.get("/history/" + id).path(id).path("prompt").path(3).path("shown").asText())
        .isEqualTo("note");
    Answer list = gateway.get("/jobs");
    assertThat(list.response().headers().map()).doesNotContainKeys("X-API-Key", "x-api-key");
  }
}
