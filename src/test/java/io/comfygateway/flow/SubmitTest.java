package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    Answer form = gateway.send(multipart("/webhook/img2img?respond=result", picture));
    assertThat(form.status()).as(form.text()).isEqualTo(200);
    assertThat(form.json().path("status").asText()).as(form.text()).isEqualTo("succeeded");
    assertThat(form.json().path("seeds").path("3.seed").asInt()).isEqualTo(7);
  }

  private java.net.http.HttpRequest.Builder multipart(String path, byte[] picture) {
    String boundary = "x".repeat(20);
    String head =
        "--%1$s\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na dog\r\n--%1$s\r\nContent-Disposition: form-data; name=\"seed\"\r\n\r\n7\r\n--%1$s\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../photo.png\"\r\nContent-Type: image/png\r\n\r\n"
            .formatted(boundary);
    return gateway
        .request(path, gateway.key())
        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
        .POST(
            BodyPublishers.concat(
                BodyPublishers.ofString(head),
                BodyPublishers.ofByteArray(picture),
                BodyPublishers.ofString("\r\n--" + boundary + "--\r\n")));
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

  @ParameterizedTest(name = "{0} {2} is {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          not JSON               | /webhook/smoke   | {{{                                                   | 400 | invalid-json           |
          a list                 | /webhook/smoke   | []                                                    | 400 | invalid-json           |
          no such workflow       | /webhook/nothing | {}                                                    | 404 | unknown-workflow       |
          no such version        | /webhook/smoke@9 | {}                                                    | 404 | unknown-workflow       |
          an input of no name    | /webhook/smoke   | {"inputs":{"widht":64}}                               | 422 | invalid-input          | /inputs/widht
          an input of a type     | /webhook/smoke   | {"inputs":{"width":"wide"}}                           | 422 | invalid-input          | /inputs/width
          an input out of range  | /webhook/smoke   | {"inputs":{"width":-4}}                               | 422 | invalid-input          | /inputs/width
          a required input       | /webhook/txt2img | {}                                                    | 422 | invalid-input          | /inputs/prompt
          a field of no name     | /webhook/smoke   | {"input":{}}                                          | 422 | invalid-input          | /input
          a seed                 | /webhook/smoke   | {"seed":"often"}                                      | 422 | invalid-input          | /seed
          a priority             | /webhook/smoke   | {"priority":101}                                      | 422 | invalid-input          | /priority
          a timeout              | /webhook/smoke   | {"timeout":0}                                         | 422 | invalid-input          | /timeout
          metadata               | /webhook/smoke   | {"metadata":[]}                                       | 422 | invalid-input          | /metadata
          a callback's format    | /webhook/smoke   | {"callback":{"url":"https://a.example","format":"x"}} | 422 | invalid-input          | /callback/format
          a callback's header    | /webhook/smoke   | {"callback":{"url":"https://a.example","headers":{"webhook-id":"1"}}} | 422 | invalid-input | /callback/headers/webhook-id
          a private callback     | /webhook/smoke   | {"callback_url":"http://10.0.0.1/"}                   | 403 | callback-not-allowed   | /callback_url
          a malformed callback   | /webhook/smoke   | {"callback_url":"localhost:5678/hook"}                | 422 | invalid-input          | /callback_url
          an expression as text  | /webhook/smoke   | {"callback_url":"={{ $execution.resumeUrl }}"}        | 422 | invalid-input          | /callback_url
          a callback's typo      | /webhook/smoke   | {"callback":{"url":"https://a.example","header":{}}}  | 422 | invalid-input          | /callback/header
          an S3 field            | /webhook/smoke   | {"s3":{"acl":"public-read"}}                          | 422 | invalid-input          | /s3/acl
          a graph as the body    | /webhook         | {"1":{"class_type":"EmptyImage","inputs":{}}}         | 422 | invalid-workflow       | ''
          the editor's file      | /webhook         | {"last_node_id":3,"nodes":[],"links":[]}              | 422 | invalid-workflow       | ''
          another product's body | /webhook         | {"input":{"workflow":{"1":{}}}}                       | 422 | invalid-input          | /input
          a text as the graph    | /webhook         | {"prompt":"a cat"}                                    | 422 | invalid-input          | /prompt
          no S3 here             | /webhook/smoke   | {"s3":{}}                                             | 422 | invalid-input          | /s3/destination
          no prompt              | /webhook         | {}                                                    | 422 | invalid-input          | /prompt
          editor format          | /webhook         | {"prompt":{"nodes":[],"links":[]}}                    | 422 | invalid-workflow       | /prompt
          no class_type          | /webhook         | {"prompt":{"1":{"inputs":{}}}}                        | 422 | invalid-workflow       | /prompt/1
          unknown class          | /webhook         | {"prompt":{"1":{"class_type":"NoSuchNode","inputs":{}}}} | 422 | invalid-workflow    | /prompt/1/class_type
          runs code              | /webhook         | {"prompt":{"1":{"class_type":"IDENode","inputs":{}}}} | 403 | node-not-allowed       | /prompt/1/class_type
          loads another's result | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"ComfyUI_00001_.png [output]"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads another's view   | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"ComfyUI_00001_.png[temp]"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads a result by path | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"../output/smoke_00001_.png"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads any picture      | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":"/etc/x.png"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          loads by a link        | /webhook         | {"prompt":{"1":{"class_type":"LoadImage","inputs":{"image":["2",0]}},"2":{"class_type":"PrimitiveString","inputs":{"value":"../x"}}}} | 422 | invalid-workflow | /prompt/1/inputs/image
          saves elsewhere        | /webhook         | {"prompt":{"2":{"class_type":"SaveImage","inputs":{"filename_prefix":"../x"}}}} | 422 | invalid-workflow | /prompt/2/inputs/filename_prefix
          a way to answer        | /webhook/smoke?respond=fax | {}                                          | 400 | invalid-request        |
          """)
  void what_is_wrong_is_named_with_its_field(
      String what, String path, String body, int status, String type, String pointer) {
    Answer answer = gateway.post(path, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("type").asText()).endsWith("/" + type);
    assertThat(problem.path("detail").asText()).isNotBlank();
    if (pointer != null) {
      assertThat(problem.path("errors").findValuesAsText("pointer")).contains(pointer);
    }
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

  @Test
  void blank_fields_of_a_form_are_left_out_and_json_that_says_it_is_a_form_is_told_so() {
    Answer form = form("prompt=a+cat&width=&seed=&callback_url=&metadata=&negative_prompt=");
    Answer json = form("{\"inputs\":{\"prompt\":\"a=b&c\"}}");

    assertThat(form.status()).as(form.text()).isEqualTo(202);
    assertThat(json.status()).isEqualTo(415);
    assertThat(json.json().path("detail").asText()).contains("Content-Type: application/json");
  }

  private Answer form(String body) {
    return gateway.send(
        gateway
            .request("/webhook/txt2img", gateway.key())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @CsvSource({
    "multipart/form-data, without a boundary, without a boundary",
    "multipart/form-data; boundary=Z, no end, cannot be read",
    "multipart/form-data; boundary=B, no end, cannot be read"
  })
  void a_form_that_is_cut_off_or_has_another_boundary_is_not_taken_for_a_shorter_one(
      String contentType, String few, String many) {
    String part = "--B\r\nContent-Disposition: form-data; name=\"width\"\r\n\r\n77\r\n--B";
    for (int parts : new int[] {1, 3_000}) {
      Answer answer =
          gateway.send(
              gateway
                  .request("/webhook/smoke", gateway.key())
                  .header("Content-Type", contentType)
                  .POST(BodyPublishers.ofString((part + "\r\n").repeat(parts - 1) + part)));

      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).contains(parts == 1 ? few : many);
    }
  }

  @Test
  void an_idempotency_key_that_is_an_unevaluated_expression_is_refused() {
    Answer answer =
        gateway.post("/webhook/smoke", "{}", "Idempotency-Key", "{{ $execution.id }}-1");

    assertProblem(answer, 400);
    assertThat(answer.json().path("detail").asText()).contains("not evaluated");
  }

  @Test
  void who_has_no_key_or_a_wrong_one_is_asked_for_it() {
    for (String key : new String[] {"", "wrong-0123456789abcdef"}) {
      Answer answer = gateway.postWith("/webhook/smoke", key, "{}");
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }
    Answer bearer =
        gateway.send(
            gateway.request("/jobs", "").header("Authorization", "Bearer " + gateway.key()));
    assertThat(bearer.status()).isEqualTo(200);
  }

  @Test
  void other_paths_methods_types_and_sizes_are_answered_as_problems() {
    assertProblem(gateway.get("/nothing/here"), 404);
    Answer method =
        gateway.send(gateway.request("/jobs", gateway.key()).PUT(BodyPublishers.noBody()));
    assertProblem(method, 405);
    assertThat(method.header("Allow")).contains("GET");
    Answer opened = gateway.get("/webhook/txt2img");
    assertProblem(opened, 405);
    assertThat(opened.json().path("detail").asText())
        .isEqualTo("GET is not allowed here. Send POST instead.");
    assertProblem(
        gateway.send(
            gateway
                .request("/webhook/smoke", gateway.key())
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString("a,b"))),
        415);
    assertProblem(gateway.get("/jobs/" + UUID.randomUUID()), 404);
    assertProblem(
        gateway.get("/jobs/" + URLEncoder.encode("not an id", StandardCharsets.UTF_8)), 404);
    assertProblem(gateway.get("/jobs?limit=0"), 400);
  }

  private static void assertProblem(Answer answer, int status) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void metadata_comes_back_and_a_secret_header_does_not() {
    JsonNode job =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"metadata\":{\"order\":{\"id\":7}},\"extra_data\":{\"api_key_comfy_org\":\"s3cret\"}}")
            .json();

    assertThat(job.path("metadata").path("order").path("id").asInt()).isEqualTo(7);
    assertThat(job.toString()).doesNotContain("s3cret");
    String id = job.path("id").asText();
    assertThat(
            comfy
                .get("/history/" + id)
                .path(id)
                .path("prompt")
                .path(3)
                .path("api_key_comfy_org")
                .asText())
        .isEqualTo("s3cret");
    Answer list = gateway.get("/jobs");
    assertThat(list.response().headers().map()).doesNotContainKeys("X-API-Key", "x-api-key");
  }

  private static String sha256Of(Answer answer) {
    return sha256(answer.bytes());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of()
          .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
