package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.demo.CallbackReceiver;
import io.comfygateway.demo.CallbackReceiver.Received;
import io.comfygateway.demo.S3Server;
import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Copies in S3, from a webhook to the object, with an S3 server that checks signatures. */
class S3CopyTest {
  private static final String BUCKET = "pictures";

  // Tries for some seconds, so that a test can do something between two of them.
  private static final String DELAYS = "0s,50ms,50ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms";

  private static S3Server s3;
  private static Comfy comfy;
  private static TestGateway gateway;
  private static S3Client bucket;
  private CallbackReceiver receiver;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    s3 = S3Server.start(BUCKET);
    comfy = Comfy.start();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("gateway.callback.delays", DELAYS);
    settings.put("gateway.s3.endpoint", s3.endpoint().toString());
    settings.put("gateway.s3.bucket", BUCKET);
    settings.put("gateway.s3.access-key", s3.accessKey());
    settings.put("gateway.s3.secret-key", s3.secretKey());
    gateway = TestGateway.start(data, comfy.url(), settings).ready();
    bucket = s3.destination(BUCKET).client();
  }

  @AfterAll
  static void stop() {
    bucket.close();
    gateway.close();
    comfy.close();
    s3.close();
  }

  @BeforeEach
  void listen() {
    receiver = CallbackReceiver.start();
  }

  @AfterEach
  void hangUp() {
    receiver.close();
  }

  @Test
  void outputs_are_in_the_bucket_under_the_prefix_and_the_job_links_them() throws Exception {
    JsonNode job = submitAndWait("{\"s3\": {\"prefix\": \"team a/June & é+%/\"}}");

    JsonNode output = job.path("outputs").path(0);
    String key = output.path("s3").path("key").asText();
    assertThat(output.path("s3").path("bucket").asText()).isEqualTo(BUCKET);
    assertThat(key)
        .isEqualTo(
            "team a/June & é+%%/%s/0-%s"
                .formatted(job.path("id").asText(), output.path("filename").asText()));
    var object = bucket.getObjectAsBytes(it -> it.bucket(BUCKET).key(key));
    assertThat(sha256(object.asByteArray())).isEqualTo(output.path("sha256").asText());
    assertThat(object.response().contentType())
        .isEqualTo(output.path("content_type").asText())
        .isEqualTo("image/png");
    Answer linked = gateway.getWith(output.path("s3").path("url").asText(), "");
    assertThat(linked.status()).isEqualTo(200);
    assertThat(sha256(linked.bytes())).isEqualTo(output.path("sha256").asText());
  }

  @Test
  void a_request_that_waits_is_answered_as_soon_as_the_copy_is_there() {
    long before = System.nanoTime();
    JsonNode job = submitAndWait("{\"s3\": {}}");

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    assertThat(copyOf(job).path("status").asText()).isEqualTo("delivered");
    assertThat(job.path("outputs").path(0).path("s3").path("url").asText()).isNotEmpty();
  }

  @Test
  void the_callback_comes_after_the_copy_and_carries_it() throws Exception {
    submitAndWait("{\"s3\": {}, \"callback_url\": \"%s\"}".formatted(receiver.url()));

    JsonNode output = callback(0).path("outputs").path(0);
    Answer linked = gateway.getWith(output.path("s3").path("url").asText(), "");
    assertThat(sha256(linked.bytes())).isEqualTo(output.path("sha256").asText());
  }

  @Test
  void without_s3_in_the_request_nothing_is_copied() {
    JsonNode job = submitAndWait("{}");

    assertThat(job.path("deliveries")).isEmpty();
    assertThat(job.path("outputs").path(0).has("s3")).isFalse();
    assertThat(keys()).noneMatch(key -> key.contains(job.path("id").asText()));
  }

  @Test
  void a_missing_bucket_is_tried_again_until_it_is_there() {
    withoutBucket();
    String id = gateway.post("/webhook/smoke", "{\"s3\": {}}").id();

    JsonNode tried = gateway.await(id, job -> copyOf(job).path("attempts").asInt() >= 2);
    assertThat(copyOf(tried).path("status").asText()).isEqualTo("due");
    assertThat(copyOf(tried).path("last_status").asInt()).isEqualTo(404);
    assertThat(copyOf(tried).path("last_error").asText())
        .isEqualTo("the S3 server answered 404 NoSuchBucket");
    bucket.createBucket(it -> it.bucket(BUCKET));
    JsonNode copied =
        gateway.await(id, job -> copyOf(job).path("status").asText().equals("delivered"));
    assertThat(keys()).contains(copied.path("outputs").path(0).path("s3").path("key").asText());
  }

  @Test
  void a_copy_that_is_given_up_ends_the_wait_and_lets_the_callback_go() throws Exception {
    withoutBucket();
    try {
      JsonNode job =
          submitAndWait("{\"s3\": {}, \"callback_url\": \"%s\"}".formatted(receiver.url()));

      assertThat(job.path("status").asText()).isEqualTo("succeeded");
      assertThat(job.path("outputs").path(0).has("s3")).isFalse();
      assertThat(copyOf(job).path("status").asText()).isEqualTo("dead");
      assertThat(copyOf(job).path("last_error").asText())
          .startsWith("the S3 server answered 404 NoSuchBucket; given up after ");
      assertThat(callback(0).path("status").asText()).isEqualTo("succeeded");
    } finally {
      bucket.createBucket(it -> it.bucket(BUCKET));
    }
  }

  @Test
  void what_was_lost_in_the_bucket_is_copied_again_on_request_and_told_again() throws Exception {
    JsonNode job =
        submitAndWait("{\"s3\": {}, \"callback_url\": \"%s\"}".formatted(receiver.url()));
    callback(0);
    String id = job.path("id").asText();
    gateway.await(id, S3CopyTest::isAllDelivered);
    String key = job.path("outputs").path(0).path("s3").path("key").asText();
    bucket.deleteObject(it -> it.bucket(BUCKET).key(key));

    assertThat(gateway.post("/jobs/" + id + "/redeliver", "").status()).isEqualTo(200);

    JsonNode output = callback(1).path("outputs").path(0);
    assertThat(output.path("s3").path("key").asText()).isEqualTo(key);
    assertThat(bucket.getObjectAsBytes(it -> it.bucket(BUCKET).key(key)).asByteArray())
        .hasSize(output.path("bytes").asInt());
    List<Received> told = receiver.received();
    assertThat(told.get(1).header("webhook-id")).isEqualTo(told.get(0).header("webhook-id"));
  }

  @Test
  void a_failed_job_copies_nothing_and_tells_at_once() throws Exception {
    comfy.faults().failNextPrompts(1, io.comfygateway.simulator.Faults.Kind.ERROR);
    gateway.post(
        "/webhook/smoke", "{\"s3\": {}, \"callback_url\": \"%s\"}".formatted(receiver.url()));

    JsonNode job = callback(0);
    assertThat(job.path("status").asText()).isEqualTo("failed");
    assertThat(job.path("deliveries"))
        .allMatch(delivery -> delivery.path("kind").asText().equals("callback"));
  }

  /** Also empties it; a bucket that holds something cannot be deleted. */
  private static void withoutBucket() {
    keys().forEach(key -> bucket.deleteObject(it -> it.bucket(BUCKET).key(key)));
    bucket.deleteBucket(it -> it.bucket(BUCKET));
  }

  private static List<String> keys() {
    return bucket.listObjectsV2(it -> it.bucket(BUCKET)).contents().stream()
        .map(object -> object.key())
        .toList();
  }

  private static JsonNode copyOf(JsonNode job) {
    return StreamSupport.stream(job.path("deliveries").spliterator(), false)
        .filter(delivery -> delivery.path("kind").asText().equals("s3"))
        .findFirst()
        .orElseGet(() -> new ObjectMapper().createObjectNode());
  }

  private static boolean isAllDelivered(JsonNode job) {
    return StreamSupport.stream(job.path("deliveries").spliterator(), false)
        .allMatch(delivery -> delivery.path("status").asText().equals("delivered"));
  }

  private static JsonNode submitAndWait(String body) {
    Answer answer = gateway.post("/webhook/smoke", body, "Prefer", "wait=30");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  /** The job in a callback, waited for. */
  private JsonNode callback(int number) throws Exception {
    await().until(() -> receiver.received().size() > number);
    return new ObjectMapper().readTree(receiver.received().get(number).body()).path("data");
  }
}
