package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.demo.S3Server;
import io.comfygateway.files.BucketState;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** What a start says of the bucket that GATEWAY_FILES names. */
class FilesBucketTest {
  private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static S3Server s3;

  @TempDir Path place;

  @BeforeAll
  static void start() throws Exception {
    s3 = S3Server.start("jobs");
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @BeforeEach
  void configure() throws IOException {
    configure(s3.endpoint().toString(), s3.secretKey());
  }

  private void configure(String endpoint, String secret) throws IOException {
    Files.writeString(place.resolve("secret"), secret);
    Files.writeString(
        place.resolve("destinations.yaml"),
        "files: {endpoint: \"%s\", access-key: %s, secret-key: {file: secret}}"
            .formatted(endpoint, s3.accessKey()));
  }

  private Settings settings(String name, String bucket, Map<String, String> more) {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("gateway.data-dir", place.resolve(name).toString());
    overrides.put("gateway.files", bucket);
    overrides.put("gateway.destinations.file", place.resolve("destinations.yaml").toString());
    overrides.putAll(more);
    return Settings.read(Path.of("config/application.properties"), overrides);
  }

  private Persistence open(String name, String bucket) {
    return Persistence.open(settings(name, bucket, Map.of()));
  }

  private void assertRefused(String bucket, String... reasons) {
    assertThatThrownBy(() -> open("refused", bucket))
        .isInstanceOf(StartFailure.class)
        .hasMessageContainingAll(reasons);
  }

  @Test
  void a_bucket_that_can_be_used_gets_an_id_and_nothing_else() throws Exception {
    open("one", "s3://jobs/new").close();
    open("one", "s3://jobs/new").close();

    assertThat(keys("new/")).containsExactly("new/" + BucketState.MARK);
  }

  @Test
  void a_missing_bucket_and_one_that_refuses_are_named_with_what_to_do() throws IOException {
    assertRefused("s3://elsewhere/x", "s3://elsewhere/x/", "404 NoSuchBucket", "s3:PutObject");

    configure(s3.endpoint().toString(), "wrong");
    assertRefused("s3://jobs/x", "cannot be read", "403 SignatureDoesNotMatch", "destinations");

    configure("http://127.0.0.1:1", s3.secretKey());
    assertRefused("s3://jobs/x", "the S3 server takes no connection");
  }

  @Test
  void faults_of_its_fields_are_named_by_line() throws IOException {
    Files.writeString(
        place.resolve("destinations.yaml"),
        """
        files:
          bucket: jobs
          endpoint: nowhere
        """);

    assertRefused("s3://jobs/x", "destinations.yaml:2: files.bucket", ":3: files.endpoint");
  }

  @Test
  void what_is_wrong_with_the_destinations_beside_it_does_not_matter() throws IOException {
    Files.writeString(
        place.resolve("destinations.yaml"),
        Files.readString(place.resolve("destinations.yaml"))
            + "\ndestinations: {a: {sink: nothing}}");

    assertThatCode(() -> open("one", "s3://jobs/beside").close()).doesNotThrowAnyException();
  }

  @Test
  void a_setting_that_is_no_address_or_a_folder_beside_it_is_a_fault() {
    assertThatThrownBy(() -> settings("one", "/files", Map.of()))
        .hasMessageContaining("gateway.files")
        .hasMessageContaining("s3://bucket/prefix");
    assertThatThrownBy(() -> settings("one", "s3://jobs/../x", Map.of()))
        .hasMessageContaining("gateway.files");
    assertThatThrownBy(() -> settings("one", "s3://jobs", Map.of("gateway.files-dir", "/files")))
        .hasMessageContaining("gateway.files-dir is set as well");
  }

  @Test
  void a_bucket_without_the_files_of_the_database_is_refused() {
    open("one", "s3://jobs/first").close();

    assertThatThrownBy(() -> open("one", "s3://jobs/second"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("s3://jobs/second/ is not the one with the files");
  }

  @Test
  void a_bucket_with_the_files_of_a_former_folder_takes_its_place() throws IOException {
    String folder = place.resolve("files").toString();
    Map<String, String> before = Map.of("gateway.files", "", "gateway.files-dir", folder);
    Persistence.open(settings("one", "", before)).close();
    try (S3Client client = s3.destination("jobs").client()) {
      client.putObject(
          it -> it.bucket("jobs").key("moved/files-id"), place.resolve("files/files-id"));
    }

    assertThatCode(() -> open("one", "s3://jobs/moved").close()).doesNotThrowAnyException();
  }

  @Test
  void gateways_that_start_together_on_an_unmarked_bucket_agree() throws Exception {
    // The server keeps objects in folders, and removes one that gets empty while others write to
    // it.
    try (S3Client client = s3.destination("jobs").client()) {
      client.putObject(
          it -> it.bucket("jobs").key("together/other"), RequestBody.fromString("other"));
    }
    Database.Address address = DatabaseKind.POSTGRESQL.inNewPlace(place);
    Map<String, String> shared =
        Map.of(
            "gateway.db.url",
            address.url().orElseThrow(),
            "gateway.db.user",
            address.user().orElseThrow(),
            "gateway.db.connections",
            "2",
            "gateway.master-key",
            KEY);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Optional<String>> marks =
          Stream.of("one", "two", "three")
              .map(
                  name ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            try (Persistence gateway =
                                Persistence.open(settings(name, "s3://jobs/together", shared))) {
                              return gateway.filesMark();
                            }
                          },
                          threads))
              .toList()
              .stream()
              .map(CompletableFuture::join)
              .toList();

      assertThat(marks).hasSize(3).containsOnly(marks.get(0));
      assertThat(marks.get(0)).isPresent();
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<String> keys(String prefix) {
    try (S3Client client = s3.destination("jobs").client()) {
      return client.listObjectsV2(it -> it.bucket("jobs").prefix(prefix)).contents().stream()
          .map(object -> object.key())
          .toList();
    }
  }
}
