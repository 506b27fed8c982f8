package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.demo.S3Server;
import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Buckets as destinations, with an S3 server that checks signatures. */
class S3DestinationsTest {
  private static final String PICTURES = "pictures";
  private static final String VIDEOS = "videos";
  private static final String BIG =
      """
      {"prompt": {"1": {"class_type": "BigFile",
                        "inputs": {"megabytes": 12, "seed": 9, "filename_prefix": "film"}}},
       "deliver": ["videos"]}
      """;
  private static final String DELAYS = "0s,50ms,50ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms";

  private static S3Server s3;
  private static Comfy comfy;
  private static TestGateway gateway;
  private static S3Client bucket;
  private static Path file;

  @BeforeAll
  static void start(@TempDir Path place) throws Exception {
    s3 = S3Server.start(PICTURES);
    bucket = s3.destination(PICTURES).client();
    bucket.createBucket(it -> it.bucket(VIDEOS));
    comfy = Comfy.start();
    Files.writeString(place.resolve("secret"), s3.secretKey());
    file = place.resolve("destinations.yaml");
    configure(s3.accessKey());
    gateway =
        TestGateway.start(
                place.resolve("data"),
                comfy.url(),
                Map.of(
                    "gateway.callback.delays",
                    DELAYS,
                    "gateway.files.check-interval-ms",
                    "100",
                    "gateway.destinations.file",
                    file.toString()))
            .ready();
  }

  private static void configure(String accessKey) throws Exception {
    String server =
        "{sink: s3, endpoint: \"%s\", access-key: %s, secret-key: {file: secret}"
            .formatted(s3.endpoint(), accessKey);
    Files.writeString(
        file,
        """
        destinations:
          pictures: %s, bucket: pictures, prefix: gateway/}
          videos: %s, bucket: videos, key: "{sha256}.{extension}", part-size-mb: 5}
          log: %s, bucket: pictures, events: [succeeded]}
        """
            .formatted(server, server, server));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    bucket.close();
    comfy.close();
    s3.close();
  }

  @Test
  void outputs_are_in_each_bucket_under_its_keys_and_linked() throws Exception {
    JsonNode job =
        run("{\"deliver\": [{\"to\": \"pictures\", \"prefix\": \"team a/\"}, \"videos\"]}");

    JsonNode output = job.path("outputs").path(0);
    String sha256 = output.path("sha256").asText();
    JsonNode first = copy(job, "pictures");
    String key = first.path("location").asText().substring("s3://pictures/".length());
    assertThat(key).startsWith("gateway/team a/" + job.path("id").asText() + "/0-");
    var object = bucket.getObjectAsBytes(it -> it.bucket(PICTURES).key(key));
    assertThat(sha256(object.asByteArray())).isEqualTo(sha256);
    assertThat(object.response().contentType()).isEqualTo("image/png");
    assertThat(copy(job, "videos").path("location").asText())
        .isEqualTo("s3://videos/" + sha256 + ".png");
    Answer linked = gateway.getWith(first.path("url").asText(), "");
    assertThat(sha256(linked.bytes())).isEqualTo(sha256);
  }

  @Test
  void the_short_form_names_a_bucket_of_the_file_too() {
    JsonNode job = run("{\"s3\": {\"destination\": \"pictures\", \"prefix\": \"short/\"}}");

    assertThat(copy(job, "pictures").path("location").asText())
        .startsWith("s3://pictures/gateway/short/" + job.path("id").asText());
  }

  @Test
  void an_event_is_an_object_too() {
    JsonNode job = run("{\"deliver\": [\"log\"]}");

    String key = job.path("id").asText() + "/succeeded.json";
    await().until(() -> keys(PICTURES).contains(key));
    assertThat(bucket.getObjectAsBytes(it -> it.bucket(PICTURES).key(key)).asUtf8String())
        .contains("\"status\":\"succeeded\"");
  }

  @Test
  void a_large_output_is_uploaded_in_parts_and_leaves_no_part_behind() throws Exception {
    Answer answer = gateway.post("/webhook", BIG, "Prefer", "wait=60");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode job = answer.json();

    String sha256 = job.path("outputs").path(0).path("sha256").asText();
    String location = copy(job, "videos").path("location").asText();
    String key = location.substring("s3://videos/".length());
    byte[] stored = bucket.getObjectAsBytes(it -> it.bucket(VIDEOS).key(key)).asByteArray();
    assertThat(stored).hasSize(12 * 1_048_576);
    assertThat(sha256(stored)).isEqualTo(sha256);
    assertThat(bucket.listMultipartUploads(it -> it.bucket(VIDEOS)).uploads()).isEmpty();
  }

  @Test
  void a_bucket_that_is_away_for_a_while_gets_each_output_once() {
    keys(VIDEOS).forEach(key -> bucket.deleteObject(it -> it.bucket(VIDEOS).key(key)));
    bucket.deleteBucket(it -> it.bucket(VIDEOS));
    String id = gateway.post("/webhook/smoke", "{\"deliver\": [\"videos\"]}").id();
    JsonNode tried =
        gateway.await(id, job -> job.path("deliveries").path(0).path("attempts").asInt() >= 2);
    assertThat(tried.path("deliveries").path(0).path("last_error").asText())
        .isEqualTo("the S3 server answered 404 NoSuchBucket");
    bucket.createBucket(it -> it.bucket(VIDEOS));

    gateway.await(
        id, job -> job.path("deliveries").path(0).path("status").asText().equals("delivered"));
    assertThat(keys(VIDEOS)).hasSize(1);
  }

  @Test
  void a_key_that_is_exchanged_in_the_file_is_used_without_a_restart() throws Exception {
    configure("nobody");
    await().until(() -> !copyStatus(run("{\"deliver\": [\"pictures\"]}")).equals("delivered"));

    configure(s3.accessKey());
    await().until(() -> copyStatus(run("{\"deliver\": [\"pictures\"]}")).equals("delivered"));
  }

  private static JsonNode run(String body) {
    Answer answer = gateway.post("/webhook/smoke", body, "Prefer", "wait=30");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static String copyStatus(JsonNode job) {
    return job.path("deliveries").path(0).path("status").asText();
  }

  private static JsonNode copy(JsonNode job, String destination) {
    return StreamSupport.stream(job.path("outputs").path(0).path("copies").spliterator(), false)
        .filter(copy -> copy.path("destination").asText().equals(destination))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> keys(String of) {
    return bucket.listObjectsV2(it -> it.bucket(of)).contents().stream()
        .map(S3Object::key)
        .toList();
  }
}
