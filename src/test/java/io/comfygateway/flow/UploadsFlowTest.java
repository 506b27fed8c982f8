package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A file is sent once and used by several jobs of its caller. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UploadsFlowTest {
  private TestGateway gateway;
  private byte[] picture;

  @BeforeAll
  void start(TestGateway shared) throws IOException {
    gateway = shared;
    try (InputStream in = getClass().getResourceAsStream("/images/rgb-37x23.png")) {
      picture = in.readAllBytes();
    }
  }

  private Answer upload(String path, byte[] body, String... headers) {
    return gateway.send(
        gateway
            .request(path, gateway.key())
            .headers(headers)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  private Answer png(String filename) {
    return upload("/uploads?filename=" + filename, picture, "Content-Type", "image/png");
  }

  private Answer img2img(String image) {
    return gateway.post(
        "/webhook/img2img?respond=result",
        "{\"inputs\": {\"prompt\": \"a harbour\", \"image\": \"%s\"}}".formatted(image));
  }

  @Test
  void an_input_takes_the_id_of_an_upload_in_several_jobs() {
    Answer stored = png("photo.png");
    JsonNode upload = stored.json();
    assertThat(stored.status()).as(stored.text()).isEqualTo(201);
    assertThat(stored.header("Location")).isEqualTo("/uploads/" + stored.id());
    assertThat(upload.path("content_type").asText()).isEqualTo("image/png");
    assertThat(upload.path("bytes").asInt()).isEqualTo(picture.length);
    assertThat(Duration.between(time(upload, "created_at"), time(upload, "expires_at")))
        .isEqualTo(Duration.ofDays(7));

    for (int job = 0; job < 2; job++) {
      Answer done = img2img(stored.id());
      assertThat(done.json().path("status").asText()).as(done.text()).isEqualTo("succeeded");
      JsonNode file = gateway.get("/jobs/" + done.id() + "/inputs").json().at("/files/0");
      assertThat(file.path("filename").asText()).isEqualTo("photo.png");
    }
  }

  private static Instant time(JsonNode upload, String field) {
    return Instant.parse(upload.path(field).asText());
  }

  @Test
  void a_job_runs_again_with_its_upload_when_its_own_file_is_gone() {
    String job = img2img(png("again.png").id()).id();
    Awaitility.await().ignoreExceptions().until(() -> !hasInputs(job));

    Answer again = gateway.post("/jobs/" + job + "/retry", "");

    assertThat(again.status()).as(again.text()).isEqualTo(202);
    gateway.await(again.id(), "succeeded");
  }

  private boolean hasInputs(String job) throws IOException {
    try (Stream<Path> files = Files.walk(gateway.data().resolve("inputs"))) {
      return files.anyMatch(file -> file.toString().contains(job));
    }
  }

  @Test
  void a_graph_may_name_an_upload_by_its_id() {
    String id = png("of-graph.png").id();
    String graph =
        """
        {"1": {"class_type": "LoadImage", "inputs": {"image": "%s"}},
         "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}
        """
            .formatted(id);

    Answer done = gateway.post("/webhook?respond=result", "{\"prompt\": " + graph + "}");

    assertThat(done.json().path("status").asText()).as(done.text()).isEqualTo("succeeded");
  }

  @Test
  void a_form_and_a_header_name_the_file_too() {
    FormBody form = new FormBody().file("file", "of form.png", "image/png", picture);
    Answer ofForm = upload("/uploads", form.bytes(), "Content-Type", form.contentType());
    Answer ofHeader =
        upload(
            "/uploads",
            picture,
            "Content-Type",
            "application/octet-stream",
            "Content-Disposition",
            "attachment; filename*=UTF-8''caf%C3%A9.png");
    Answer ofNobody = upload("/uploads", picture, "Content-Type", "image/png");

    assertThat(ofForm.json().path("filename").asText()).isEqualTo("of form.png");
    assertThat(ofHeader.json().path("filename").asText()).isEqualTo("caf\u00e9.png");
    assertThat(ofNobody.json().path("filename").asText()).isEqualTo("upload.png");
  }

  @Test
  void the_uploads_of_a_key_are_unknown_to_others() {
    String id = png("mine.png").id();
    TestGateway other = gateway.as(TestGateway.ADMIN_KEY);

    assertThat(gateway.get("/uploads/" + id).json().path("filename").asText())
        .isEqualTo("mine.png");
    assertThat(other.get("/uploads/" + id).status()).isEqualTo(404);
    assertThat(other.delete("/uploads/" + id).status()).isEqualTo(404);
    assertThat(other.get("/uploads").text()).doesNotContain(id);
    Answer refused =
        gateway
            .as(TestGateway.OTHER_KEY)
            .post(
                "/webhook/img2img",
                "{\"inputs\": {\"prompt\": \"x\", \"image\": \"%s\"}}".formatted(id));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/errors/0/pointer").asText()).isEqualTo("/inputs/image");
    assertThat(refused.json().path("detail").asText()).contains("has no upload " + id);
  }

  @Test
  void a_removed_upload_is_gone_while_jobs_that_had_it_keep_their_copy() {
    String id = png("removed.png").id();
    Answer waiting =
        gateway.post(
            "/webhook/img2img",
            "{\"inputs\": {\"prompt\": \"x\", \"image\": \"%s\"}}".formatted(id));

    assertThat(gateway.delete("/uploads/" + id).status()).isEqualTo(204);

    assertThat(gateway.get("/uploads/" + id).status()).isEqualTo(404);
    assertThat(gateway.delete("/uploads/" + id).status()).isEqualTo(404);
    assertThat(img2img(id).status()).isEqualTo(422);
    gateway.await(waiting.id(), "succeeded");
  }

  @Test
  void the_list_has_pages() {
    for (int number = 0; number < 3; number++) {
      png("listed-" + number + ".png");
    }
    JsonNode first = gateway.get("/uploads?limit=2").json();
    JsonNode second =
        gateway.get("/uploads?limit=200&cursor=" + first.path("next_cursor").asText()).json();

    assertThat(first.path("uploads")).hasSize(2);
    assertThat(second.path("uploads").toString())
        .doesNotContain(first.at("/uploads/0/id").asText())
        .doesNotContain(first.at("/uploads/1/id").asText());
    assertThat(second.has("next_cursor")).isFalse();
    for (String bad : new String[] {"x", "1_2", "1_" + "-".repeat(36)}) {
      assertThat(gateway.get("/uploads?cursor=" + bad).status()).as(bad).isEqualTo(400);
    }
  }

  @Test
  void what_is_no_file_that_a_job_may_have_is_refused() {
    byte[] page =
        "<html><script>alert(1)</script>".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Answer asPicture = upload("/uploads?filename=photo.png", page, "Content-Type", "image/png");
    Answer nothing = upload("/uploads", new byte[0], "Content-Type", "image/png");
    Answer asFields =
        upload("/uploads", picture, "Content-Type", "application/x-www-form-urlencoded");
    FormBody two =
        new FormBody()
            .file("a", "a.png", "image/png", picture)
            .file("b", "b.png", "image/png", picture);
    Answer several = upload("/uploads", two.bytes(), "Content-Type", two.contentType());

    assertThat(asPicture.status()).isEqualTo(422);
    assertThat(asPicture.json().path("detail").asText()).contains("an HTML page by its bytes");
    assertThat(nothing.status()).isEqualTo(400);
    assertThat(asFields.status()).isEqualTo(415);
    byte[] json =
        "{\"a\": \"%s\"}"
            .formatted("b".repeat(5_000))
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Answer asForm = upload("/uploads", json, "Content-Type", "application/x-www-form-urlencoded");
    assertThat(asForm.status()).isEqualTo(415);
    assertThat(asForm.json().path("detail").asText()).contains("Content-Type: application/json");
    assertThat(several.status()).isEqualTo(400);
    assertThat(img2img(UUID.randomUUID().toString()).status()).isEqualTo(422);
  }
}
