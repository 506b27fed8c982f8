package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.demo.S3Server;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** A gateway that keeps the files of its jobs in a bucket, and none of them on its disk. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesInBucketTest {
  private static final String BUCKET = "jobs";
  private static final String FILM =
      """
      {"prompt": {"1": {"class_type": "BigFile",
        "inputs": {"megabytes": 12, "seed": 9, "filename_prefix": "film"}}},
       "deliver": ["archive"]}
      """;

  private final ShiftedClock clock = new ShiftedClock();
  private S3Server s3;
  private S3Client bucket;
  private Comfy comfy;
  private TestGateway gateway;
  private Path place;
  private byte[] picture;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    place = folder;
    try (InputStream in = FilesInBucketTest.class.getResourceAsStream("/images/rgb-37x23.png")) {
      picture = in.readAllBytes();
    }
    s3 = S3Server.start(BUCKET);
    bucket = s3.destination(BUCKET).client();
    comfy = Comfy.start();
    Files.writeString(place.resolve("secret"), s3.secretKey());
    configure(s3.endpoint().toString());
    gateway =
        TestGateway.start(
                place.resolve("data"),
                comfy.url(),
                Map.of(
                    "gateway.files",
                    "s3://" + BUCKET + "/team/a",
                    "gateway.destinations.file",
                    place.resolve("destinations.yaml").toString(),
                    "gateway.files.check-interval-ms",
                    "50",
                    "gateway.api-keys",
                    "alice:"
                        + TestGateway.KEY
                        + ":run+raw,boss:"
                        + TestGateway.ADMIN_KEY
                        + ":admin",
                    "gateway.retention",
                    "2h",
                    "gateway.retention.interval-ms",
                    "100"),
                clock)
            .ready();
  }

  private void configure(String endpoint) throws Exception {
    Files.writeString(
        place.resolve("destinations.yaml"),
        """
        files: {endpoint: "%s", access-key: %s, secret-key: {file: secret}, part-size-mb: 5}
        destinations:
          archive: {sink: file, path: %s}
        """
            .formatted(endpoint, s3.accessKey(), place.resolve("archive")));
  }

  @AfterAll
  void stop() {
    gateway.close();
    bucket.close();
    comfy.close();
    s3.close();
  }

  @AfterEach
  void heal() throws Exception {
    comfy.release();
    configure(s3.endpoint().toString());
    await().until(() -> gateway.get("/health/ready").status() == 200);
  }

  @Test
  void an_output_is_served_whole_in_ranges_and_by_link() throws Exception {
    JsonNode job = gateway.post("/webhook/smoke", "{}", "Prefer", "wait=30").json();

    JsonNode output = job.path("outputs").path(0);
    String path = "/jobs/" + job.path("id").asText() + "/outputs/0";
    Answer whole = gateway.get(path);
    assertThat(whole.status()).isEqualTo(200);
    assertThat(sha256(whole.bytes())).isEqualTo(output.path("sha256").asText());
    assertThat(whole.header("Content-Type")).isEqualTo("image/png");
    assertThat(whole.header("Content-Length")).isEqualTo(output.path("bytes").asText());
    Answer part = gateway.getWith(path, TestGateway.KEY, "Range", "bytes=4-9");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.bytes()).isEqualTo(Arrays.copyOfRange(whole.bytes(), 4, 10));
    assertThat(part.header("Content-Range")).isEqualTo("bytes 4-9/" + whole.bytes().length);
    Answer known = gateway.getWith(path, TestGateway.KEY, "If-None-Match", whole.header("ETag"));
    assertThat(known.status()).isEqualTo(304);
    Answer linked = gateway.getWith(output.path("url").asText(), "", "Range", "bytes=-3");
    assertThat(linked.status()).isEqualTo(206);
    assertThat(linked.bytes()).hasSize(3);
    assertThat(keys()).anyMatch(key -> key.startsWith("team/a/outputs/"));
    assertThat(filesOnDisk()).isEmpty();
  }

  @Test
  void a_head_request_has_the_length_and_no_bytes() {
    JsonNode job = gateway.post("/webhook/smoke", "{}", "Prefer", "wait=30").json();

    Answer head =
        gateway.send(
            gateway
                .request("/jobs/" + job.path("id").asText() + "/outputs/0", TestGateway.KEY)
                .method("HEAD", BodyPublishers.noBody()));

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length"))
        .isEqualTo(job.path("outputs").path(0).path("bytes").asText());
    assertThat(head.bytes()).isEmpty();
  }

  @Test
  void an_input_file_waits_in_the_bucket_and_is_removed_with_the_end_of_its_job() throws Exception {
    comfy.hold();
    FormBody form =
        new FormBody().field("prompt", "a cat").file("image", "a.png", "image/png", picture);
    Answer accepted =
        gateway.send(
            gateway
                .request("/webhook/img2img", TestGateway.KEY)
                .header("Content-Type", form.contentType())
                .POST(BodyPublishers.ofByteArray(form.bytes())));
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    String id = accepted.id();
    assertThat(keys()).contains("team/a/inputs/" + id + "/0");
    comfy.release();

    gateway.await(id, "succeeded");
    await().until(() -> keys().stream().noneMatch(key -> key.contains("inputs/" + id)));
    assertThat(filesOnDisk()).isEmpty();
  }

  @Test
  void a_film_goes_in_parts_and_is_copied_from_there() throws Exception {
    Answer answer = gateway.post("/webhook", FILM, "Prefer", "wait=60");

    JsonNode job = answer.json();
    String sha256 = job.path("outputs").path(0).path("sha256").asText();
    assertThat(sha256(gateway.get("/jobs/" + job.path("id").asText() + "/outputs/0").bytes()))
        .isEqualTo(sha256);
    try (Stream<Path> copies = Files.walk(place.resolve("archive"))) {
      assertThat(copies.filter(Files::isRegularFile).filter(file -> isOf(file, sha256))).hasSize(1);
    }
    assertThat(filesOnDisk()).isEmpty();
    assertThat(bucket.listMultipartUploads(it -> it.bucket(BUCKET)).uploads()).isEmpty();
  }

  @Test
  void a_callback_carries_the_bytes() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      Answer accepted =
          gateway.post(
              "/webhook/smoke",
              "{\"callback\": {\"url\": \"%s\", \"format\": \"binary\"}}"
                  .formatted(inbox.url("/bytes")));
      JsonNode job = gateway.await(accepted.id(), "succeeded");

      await().until(() -> !inbox.received().isEmpty());
      Received told = inbox.received().get(0);
      assertThat(told.header("gateway-output-sha256"))
          .isEqualTo(job.path("outputs").path(0).path("sha256").asText());
      assertThat(sha256(told.body())).isEqualTo(told.header("gateway-output-sha256"));
    }
    await().untilAsserted(() -> assertThat(filesOnDisk()).isEmpty());
  }

  @Test
  void while_the_bucket_is_away_a_job_waits_and_readiness_says_it() throws Exception {
    JsonNode before = gateway.post("/webhook/smoke", "{}", "Prefer", "wait=30").json();
    comfy.hold();
    String id = gateway.post("/webhook/smoke", "{}").id();
    comfy.awaitSubmissions(id, 1);
    configure("http://127.0.0.1:1");
    await()
        .untilAsserted(
            () -> {
              String stored = "/jobs/" + before.path("id").asText() + "/outputs/0";
              assertThat(gateway.get(stored).status()).isEqualTo(503);
              Answer ready = gateway.get("/health/ready");
              assertThat(ready.status()).isEqualTo(503);
              assertThat(ready.json().path("parts").path("store").path("reason").asText())
                  .contains("takes no connection");
            });
    assertThat(gateway.post("/webhook/smoke", "{}").status()).isEqualTo(503);
    comfy.release();
    gateway.await(id, job -> job.path("status").asText().equals("running"));

    configure(s3.endpoint().toString());
    await().untilAsserted(() -> assertThat(gateway.get("/health/ready").status()).isEqualTo(200));
    JsonNode job = gateway.await(id, "succeeded");
    assertThat(sha256(gateway.get("/jobs/" + id + "/outputs/0").bytes()))
        .isEqualTo(job.path("outputs").path(0).path("sha256").asText());
    assertThat(comfy.runs(id)).isEqualTo(1);
  }

  @Test
  void objects_go_when_their_job_has_expired() {
    JsonNode job = gateway.post("/webhook/smoke", "{}", "Prefer", "wait=30").json();
    String id = job.path("id").asText();
    assertThat(keys()).anyMatch(key -> key.contains(id));

    clock.advance(Duration.ofHours(3));

    await().until(() -> keys().stream().noneMatch(key -> key.contains(id)));
    await().until(() -> gateway.get("/jobs/" + id).status() == 404);
  }

  private List<String> keys() {
    return bucket.listObjectsV2(it -> it.bucket(BUCKET)).contents().stream()
        .map(object -> object.key())
        .toList();
  }

  private List<Path> filesOnDisk() throws Exception {
    Path data = place.resolve("data");
    try (Stream<Path> all = Files.walk(data)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.getParent().equals(data))
          .filter(file -> !file.startsWith(data.resolve("logs")))
          .toList();
    }
  }

  private static boolean isOf(Path file, String sha256) {
    try {
      return sha256(Files.readAllBytes(file)).equals(sha256);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
