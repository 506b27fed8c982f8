package io.comfygateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.s3.S3Destination;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3ServerTest {
  private static S3Server server;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start("pictures");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void what_is_put_is_got_with_its_content_type(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "bytes");
    try (S3Client client = destination("pictures", server.secretKey()).client()) {
      client.putObject(it -> it.bucket("pictures").key("a/b c.png").contentType("image/png"), file);
      var got = client.getObjectAsBytes(it -> it.bucket("pictures").key("a/b c.png"));
      assertThat(got.asByteArray()).isEqualTo("bytes".getBytes(UTF_8));
      assertThat(got.response().contentType()).isEqualTo("image/png");
    }
  }

  @Test
  void a_presigned_url_downloads_without_credentials(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "bytes");
    S3Destination destination = destination("pictures", server.secretKey());
    try (S3Client client = destination.client()) {
      client.putObject(it -> it.bucket("pictures").key("linked"), file);
    }
    assertThat(get(destination.presign("linked").toString())).isEqualTo("200 bytes");
    assertThat(get(server.endpoint() + "/pictures/linked")).startsWith("403 ");
  }

  @Test
  void a_wrong_secret_and_an_unknown_bucket_are_refused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "bytes");
    try (S3Client client = destination("pictures", "wrong").client()) {
      assertThatThrownBy(() -> client.putObject(it -> it.bucket("pictures").key("k"), file))
          .isInstanceOfSatisfying(
              S3Exception.class, refused -> assertThat(refused.statusCode()).isEqualTo(403));
    }
    try (S3Client client = destination("other", server.secretKey()).client()) {
      assertThatThrownBy(() -> client.putObject(it -> it.bucket("other").key("k"), file))
          .isInstanceOf(NoSuchBucketException.class);
    }
  }

  private static String get(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(java.net.URI.create(url)).build();
    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  private static S3Destination destination(String bucket, String secretKey) {
    return new S3Destination(
        "default",
        Optional.of(server.endpoint()),
        "us-east-1",
        bucket,
        server.accessKey(),
        secretKey,
        true,
        Duration.ofHours(1));
  }
}
