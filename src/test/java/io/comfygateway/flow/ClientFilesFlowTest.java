package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Uploads belong to their caller; and to each client the pool is one ComfyUI. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientFilesFlowTest {
  private static final String LOADS =
      """
      {"prompt": {"1": {"class_type": "LoadImage", "inputs": {"image": "%s"}},
                  "2": {"class_type": "SaveImage",
                        "inputs": {"images": ["1", 0], "filename_prefix": "loaded"}}}}
      """;

  private TestGateway gateway;
  private TestGateway bob;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
    bob = shared.as(TestGateway.OTHER_KEY);
  }

  private static byte[] png(int color, int size) throws IOException {
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    for (int x = 0; x < size; x++) {
      for (int y = 0; y < size; y++) {
        image.setRGB(x, y, color);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static Answer upload(
      TestGateway caller, String path, String filename, byte[] bytes, String... fields) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      body.writeBytes(
          ("--xyz\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                  .formatted(fields[i], fields[i + 1]))
              .getBytes(StandardCharsets.UTF_8));
    }
    body.writeBytes(
        ("--xyz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"%s\"\r\nContent-Type: image/png\r\n\r\n"
                .formatted(filename))
            .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(bytes);
    body.writeBytes("\r\n--xyz--\r\n".getBytes(StandardCharsets.UTF_8));
    return caller.send(
        caller
            .request(path, caller.key())
            .header("Content-Type", "multipart/form-data; boundary=xyz")
            .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
  }

  private static String name(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("name").asText();
  }

  private static JsonNode run(TestGateway caller, String body) {
    Answer answer = caller.post("/prompt", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    String id = answer.json().path("prompt_id").asText();
    return Awaitility.await()
        .until(() -> caller.get("/history/" + id).json().path(id), JsonNode::isObject);
  }

  private static Answer view(TestGateway caller, JsonNode file) {
    return caller.get(
        "/view?filename=%s&subfolder=%s&type=%s"
            .formatted(
                file.path("filename").asText(),
                file.path("subfolder").asText(),
                file.path("type").asText()));
  }

  private static List<String> choices(TestGateway caller) {
    List<String> choices = new ArrayList<>();
    caller
        .get("/object_info/LoadImage")
        .json()
        .at("/LoadImage/input/required/image/0")
        .forEach(choice -> choices.add(choice.asText()));
    return choices;
  }

  @Test
  void a_prompt_gets_its_callers_own_upload_although_another_has_one_of_the_name()
      throws IOException {
    byte[] red = png(0xFFFF0000, 32);
    byte[] blue = png(0xFF0000FF, 48);
    assertThat(name(upload(gateway, "/upload/image", "own.png", red))).isEqualTo("own.png");
    assertThat(name(upload(bob, "/api/upload/image", "own.png", blue, "type", "input")))
        .isEqualTo("own.png");

    assertThat(gateway.get("/view?filename=own.png&type=input").bytes()).isEqualTo(red);
    assertThat(bob.get("/view?filename=own.png&type=input").bytes()).isEqualTo(blue);
    JsonNode anns = run(gateway, LOADS.formatted("own.png"));
    JsonNode bobs = run(bob, LOADS.formatted("own.png [input]"));

    assertThat(anns.at("/prompt/2/1/inputs/image").asText()).isEqualTo("own.png");
    assertThat(width(view(gateway, anns.at("/outputs/2/images/0")))).isEqualTo(32);
    assertThat(width(view(bob, bobs.at("/outputs/2/images/0")))).isEqualTo(48);
  }

  private static int width(Answer picture) throws IOException {
    assertThat(picture.status()).as(picture.text()).isEqualTo(200);
    return ImageIO.read(new ByteArrayInputStream(picture.bytes())).getWidth();
  }

  @Test
  void an_output_of_ones_own_is_the_input_of_the_next_prompt() throws IOException {
    upload(gateway, "/upload/image", "first.png", png(0xFF00FF00, 40), "subfolder", "a/b");
    JsonNode first = run(gateway, LOADS.formatted("a/b/first.png"));
    JsonNode file = first.at("/outputs/2/images/0");
    String named =
        file.path("subfolder").asText() + "/" + file.path("filename").asText() + " [output]";

    JsonNode second = run(gateway, LOADS.formatted(named));
    assertThat(width(view(gateway, second.at("/outputs/2/images/0")))).isEqualTo(40);
    assertThat(bob.post("/prompt", LOADS.formatted(named)).status()).isEqualTo(400);
  }

  @Test
  void names_are_given_as_ComfyUI_gives_them() throws IOException {
    byte[] one = png(1, 16);
    byte[] two = png(2, 20);

    assertThat(name(upload(gateway, "/upload/image", "n.png", one))).isEqualTo("n.png");
    assertThat(name(upload(gateway, "/upload/image", "n.png", one))).isEqualTo("n.png");
    assertThat(name(upload(gateway, "/upload/image", "n.png", two))).isEqualTo("n (1).png");
    assertThat(name(upload(gateway, "/upload/image", "n.png", two, "overwrite", "true")))
        .isEqualTo("n.png");
    assertThat(gateway.get("/view?filename=n.png&type=input").bytes()).isEqualTo(two);
    assertThat(upload(gateway, "/upload/image", "n.png", one, "subfolder", "../up").status())
        .isEqualTo(400);
    assertThat(upload(gateway, "/upload/image", "", one).status()).isEqualTo(400);
    assertThat(gateway.post("/upload/image", "{}").status()).isEqualTo(400);
  }

  @Test
  void a_mask_becomes_the_alpha_channel_of_the_picture_that_it_names() throws IOException {
    upload(gateway, "/upload/image", "face.png", png(0xFF123456, 24));
    Answer answer =
        upload(
            gateway,
            "/upload/mask",
            "masked.png",
            png(0x40000000, 24),
            "subfolder",
            "clipspace",
            "original_ref",
            "{\"filename\": \"face.png\", \"type\": \"input\"}");

    assertThat(name(answer)).isEqualTo("masked.png");
    Answer masked = gateway.get("/view?filename=masked.png&subfolder=clipspace&type=input");
    assertThat(ImageIO.read(new ByteArrayInputStream(masked.bytes())).getRGB(3, 3))
        .isEqualTo(0x40123456);
    assertThat(
            upload(
                    bob,
                    "/upload/mask",
                    "m.png",
                    png(0, 24),
                    "original_ref",
                    "{\"filename\": \"face.png\", \"type\": \"input\"}")
                .status())
        .isEqualTo(400);
    Answer alpha =
        gateway.get("/view?filename=masked.png&subfolder=clipspace&type=input&channel=a");
    assertThat(ImageIO.read(new ByteArrayInputStream(alpha.bytes())).getRGB(3, 3) >>> 24)
        .isEqualTo(0x40);
  }

  @Test
  void LoadImage_lists_the_callers_own_uploads_alone() throws IOException {
    upload(gateway, "/upload/image", "listed.png", png(7, 16));

    assertThat(choices(gateway)).contains("listed.png");
    assertThat(choices(bob)).doesNotContain("listed.png");
    Answer all = gateway.getWith("/object_info", gateway.key(), "Accept-Encoding", "gzip");
    assertThat(all.header("Content-Encoding")).isEqualTo("gzip");
    String unpacked =
        new String(
            new GZIPInputStream(new ByteArrayInputStream(all.bytes())).readAllBytes(),
            StandardCharsets.UTF_8);
    assertThat(unpacked).contains("\"listed.png\"").isEqualTo(gateway.get("/object_info").text());
    assertThat(bob.get("/object_info").text()).doesNotContain("listed.png");
  }

  @Test
  void a_file_that_nobody_has_is_refused_at_once() {
    Answer answer = gateway.post("/prompt", LOADS.formatted("nobodys.png"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/node_errors/1/errors/0/type").asText())
        .isEqualTo("custom_validation_failed");
  }

  @Test
  void the_pool_answers_as_one_ComfyUI() {
    JsonNode stats = gateway.get("/system_stats").json();
    assertThat(stats.at("/system/os").asText()).isNotEmpty();
    assertThat(stats.at("/devices/0/type").asText()).isEqualTo("cpu");
    assertThat(stats.at("/system/argv")).isEmpty();
    assertThat(gateway.get("/features").json().path("max_upload_size").asLong()).isPositive();
    assertThat(gateway.get("/models").json().toString()).contains("checkpoints");
    assertThat(gateway.get("/models/checkpoints").json().isArray()).isTrue();
    assertThat(gateway.get("/models/..%2Fsecret").status()).isEqualTo(404);
    assertThat(gateway.get("/models/nope").status()).isEqualTo(404);
    assertThat(gateway.get("/embeddings").json().isArray()).isTrue();
    assertThat(gateway.get("/extensions").text()).isEqualTo("[]");
    assertThat(gateway.get("/node_replacements").json().isObject()).isTrue();
    assertThat(gateway.post("/free", "{\"unload_models\": true}").status()).isEqualTo(200);
    assertThat(gateway.get("/object_info/No%20Such%20%5BClass%5D").text()).isEqualTo("{}");
    assertThat(gateway.get("/object_info/KSampler").json().has("KSampler")).isTrue();
  }

  @Test
  void queue_and_history_are_also_a_list_of_jobs() throws IOException {
    upload(gateway, "/upload/image", "jobs.png", png(9, 16));
    JsonNode entry = run(gateway, LOADS.formatted("jobs.png"));
    String id = entry.at("/prompt/1").asText();

    JsonNode page = gateway.get("/api/jobs?limit=1&status=completed").json();
    assertThat(page.at("/jobs/0/id").asText()).isEqualTo(id);
    assertThat(page.at("/pagination/limit").isIntegralNumber()).isTrue();
    JsonNode job = gateway.get("/api/jobs/" + id).json();
    assertThat(job.path("status").asText()).isEqualTo("completed");
    assertThat(job.path("outputs")).isEqualTo(entry.path("outputs"));
    assertThat(job.path("outputs_count").asInt()).isEqualTo(1);
    assertThat(view(gateway, job.path("preview_output")).status()).isEqualTo(200);
    assertThat(job.at("/workflow/prompt")).isEqualTo(entry.at("/prompt/2"));
    assertThat(gateway.post("/api/jobs/" + id + "/cancel", "").json().path("cancelled").asBoolean())
        .isFalse();
    assertThat(bob.get("/api/jobs/" + id).status()).isEqualTo(404);
    assertThat(bob.get("/api/jobs").text()).doesNotContain(id);
    assertThat(gateway.post("/api/jobs/cancel", "{\"job_ids\": [\"x\"]}").text())
        .isEqualTo("{\"error\":\"job_ids contains invalid id(s)\",\"invalid_ids\":[\"x\"]}");
  }

  @Test
  void a_job_is_cancelled_whether_it_runs_or_waits(Comfy comfy) throws IOException {
    upload(gateway, "/upload/image", "cancel.png", png(11, 16));
    comfy.hold();
    String running =
        gateway.post("/prompt", LOADS.formatted("cancel.png")).json().path("prompt_id").asText();
    Awaitility.await()
        .until(
            () ->
                "in_progress"
                    .equals(gateway.get("/api/jobs/" + running).json().path("status").asText()));
    // Files are fetched at the same time: a prompt sent earlier could have been the later to run.
    String waiting =
        gateway.post("/prompt", LOADS.formatted("cancel.png")).json().path("prompt_id").asText();
    assertThat(
            bob.post("/api/jobs/" + running + "/cancel", "").json().path("cancelled").asBoolean())
        .isFalse();

    for (String id : List.of(waiting, running)) {
      assertThat(
              gateway.post("/api/jobs/" + id + "/cancel", "").json().path("cancelled").asBoolean())
          .isTrue();
    }

    Awaitility.await()
        .until(
            () ->
                "cancelled"
                    .equals(gateway.get("/api/jobs/" + running).json().path("status").asText()));
    assertThat(gateway.get("/api/jobs/" + waiting).status()).isEqualTo(404);
  }
}
