package io.comfygateway.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class S3DestinationTest {
  private record Received(String method, String path, Headers headers, byte[] body) {}

  @Test
  void credentials_that_are_nowhere_are_said_so() {
    FoundCredentials none =
        new FoundCredentials(
            () -> {
              throw SdkClientException.create("no provider of a long list has any");
            });

    assertThatThrownBy(none::resolveCredentials)
        .isInstanceOf(NoCredentialsException.class)
        .hasMessageContaining("the access key and the secret key");
  }

  @Test
  void a_link_to_aws_names_the_bucket_in_its_host_and_says_how_long_it_is_valid() {
    URI link = aws().presign("a/猫 1.png", Duration.ofMinutes(5));

    assertThat(link.getHost()).isEqualTo("pictures.s3.eu-central-1.amazonaws.com");
    assertThat(link.getRawPath()).isEqualTo("/a/%E7%8C%AB%201.png");
    assertThat(link.getRawQuery())
        .contains("X-Amz-Expires=300", "X-Amz-Signature=", "X-Amz-Credential=AKID%2F")
        .doesNotContain("very-secret");
  }

  @Test
  void a_link_to_another_server_has_the_bucket_in_its_path() {
    URI link = at(URI.create("http://127.0.0.1:9000")).presign("a.png");

    assertThat(link.toString()).startsWith("http://127.0.0.1:9000/pictures/a.png?");
    assertThat(link.getRawQuery()).contains("X-Amz-Expires=3600");
  }

  @Test
  void an_upload_is_sent_plain_to_servers_that_know_no_newer_checksums() throws Exception {
    AtomicReference<Received> received = new AtomicReference<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.set(
              new Received(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI().getRawPath(),
                  exchange.getRequestHeaders(),
                  exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (S3Client client = at(endpoint).client()) {
      client.putObject(it -> it.bucket("pictures").key("a/b.txt"), RequestBody.fromString("hello"));
    } finally {
      server.stop(0);
    }

    assertThat(received.get().method()).isEqualTo("PUT");
    assertThat(received.get().path()).isEqualTo("/pictures/a/b.txt");
    assertThat(received.get().body()).isEqualTo("hello".getBytes());
    assertThat(received.get().headers().getFirst("Authorization")).startsWith("AWS4-HMAC-SHA256");
    assertThat(received.get().headers())
        .doesNotContainKey("X-amz-trailer")
        .doesNotContainKey("X-amz-checksum-crc32");
  }

  @Test
  void a_link_is_valid_for_a_second_to_seven_days() {
    assertThatThrownBy(() -> aws().presign("a", Duration.ofDays(8)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> aws().presign("a", Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void no_secret_is_printed() {
    S3Destination destination = at(URI.create("http://user:pass@localhost:9000"));

    assertThat(destination.toString())
        .contains("main", "pictures", "localhost:9000")
        .doesNotContain("AKID", "very-secret", "pass");
  }

  private static S3Destination aws() {
    return new S3Destination(
        "main",
        Optional.empty(),
        "eu-central-1",
        "pictures",
        "AKID",
        "very-secret",
        false,
        Duration.ofHours(1));
  }

  private static S3Destination at(URI endpoint) {
    return new S3Destination(
        "main",
        Optional.of(endpoint),
        "us-east-1",
        "pictures",
        "AKID",
        "very-secret",
        true,
        Duration.ofHours(1));
  }
}
