package io.comfygateway.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.TestJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What is sent to an S3 server, by the fields of the destination. */
class S3ObjectsTest {
  private static final byte[] REFUSED = "<Error><Code>AccessDenied</Code></Error>".getBytes();

  @TempDir Path folder;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
  private HttpServer server;
  private int refusedPart;
  private S3Objects objects;

  private record Received(String method, String target, Headers headers, byte[] body) {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        call -> {
          received.add(
              new Received(
                  call.getRequestMethod(),
                  call.getRequestURI().toString(),
                  call.getRequestHeaders(),
                  call.getRequestBody().readAllBytes()));
          byte[] answer = answer(call.getRequestMethod(), call.getRequestURI().toString());
          call.getResponseHeaders().set("ETag", "\"tag\"");
          call.sendResponseHeaders(
              answer == REFUSED ? 403 : 200, answer.length == 0 ? -1 : answer.length);
          call.getResponseBody().write(answer);
          call.close();
        });
    server.start();
    Files.writeString(
        folder.resolve("destinations.yaml"),
        """
        destinations:
          there: {sink: s3, endpoint: "http://127.0.0.1:%d", bucket: pictures, access-key: AKID, secret-key: "${SECRET}"}
          aws: {sink: s3, bucket: pictures, region: eu-central-1, access-key: AKID, secret-key: "${SECRET}"}
          folder: {sink: file, path: /mnt}
        """
            .formatted(server.getAddress().getPort()));
    objects =
        new S3Objects(
            new Destinations(
                folder.resolve("destinations.yaml"),
                Map.of("SECRET", "very-secret"),
                () -> Set.of("s3", "file")),
            Duration.ofHours(1));
  }

  // An S3 server as far as uploads in parts go; one with the id "left" was left by a crash.
  private byte[] answer(String method, String target) {
    String text =
        switch (method) {
          case "GET" ->
              "<ListMultipartUploadsResult><Upload><Key>film.bin</Key><UploadId>left</UploadId></Upload></ListMultipartUploadsResult>";
          case "POST" ->
              target.contains("uploadId=")
                  ? "<CompleteMultipartUploadResult><Key>film.bin</Key></CompleteMultipartUploadResult>"
                  : "<InitiateMultipartUploadResult><UploadId>new</UploadId></InitiateMultipartUploadResult>";
          default -> "";
        };
    return target.contains("partNumber=" + refusedPart + "&") ? REFUSED : text.getBytes();
  }

  @Test
  void a_large_file_is_sent_in_parts_after_those_that_a_crash_left_are_removed() throws Exception {
    put(settings().put("part-size-mb", 1), "film.bin", "x".repeat(5 * 524_288));

    assertThat(received)
        .extracting(request -> request.method() + request.target().replaceAll("^[^?]*|&.*", ""))
        .containsExactly(
            "GET?uploads",
            "DELETE?uploadId=left",
            "POST?uploads",
            "PUT?partNumber=1",
            "PUT?partNumber=2",
            "PUT?partNumber=3",
            "POST?uploadId=new");
    assertThat(received)
        .filteredOn(request -> request.method().equals("PUT"))
        .extracting(request -> request.body().length)
        .containsExactly(1_048_576, 1_048_576, 524_288);
  }

  @Test
  void parts_of_an_upload_that_fails_are_removed() {
    refusedPart = 2;

    assertThatThrownBy(
            () -> put(settings().put("part-size-mb", 1), "film.bin", "x".repeat(5 * 524_288)))
        .isInstanceOf(S3Exception.class);

    assertThat(received.get(received.size() - 1))
        .satisfies(last -> assertThat(last.method()).isEqualTo("DELETE"))
        .satisfies(last -> assertThat(last.target()).contains("uploadId=new"));
    assertThat(exchange.getMessage().getHeader("GatewayLocation")).isNull();
  }

  @AfterEach
  void stop() {
    objects.close();
    server.stop(0);
  }

  @Test
  void storage_class_access_encryption_and_session_are_sent_as_configured() throws Exception {
    ObjectNode settings =
        settings()
            .put("session-token", "temporary")
            .put("storage-class", "STANDARD_IA")
            .put("acl", "bucket-owner-full-control")
            .put("encryption", "aws:kms")
            .put("kms-key", "arn:aws:kms:eu-central-1:1:key/2");

    put(settings, "team a/ü.png", "picture");

    Received request = received.get(0);
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.target()).startsWith("/pictures/team%20a/%C3%BC.png");
    assertThat(request.body()).isEqualTo("picture".getBytes());
    assertThat(request.headers().getFirst("Content-Type")).isEqualTo("image/png");
    assertThat(request.headers().getFirst("X-amz-security-token")).isEqualTo("temporary");
    assertThat(request.headers().getFirst("X-amz-storage-class")).isEqualTo("STANDARD_IA");
    assertThat(request.headers().getFirst("X-amz-acl")).isEqualTo("bucket-owner-full-control");
    assertThat(request.headers().getFirst("X-amz-server-side-encryption")).isEqualTo("aws:kms");
    assertThat(request.headers().getFirst("X-amz-server-side-encryption-aws-kms-key-id"))
        .isEqualTo("arn:aws:kms:eu-central-1:1:key/2");
    assertThat(exchange.getMessage().getHeader("GatewayLocation"))
        .isEqualTo("s3://pictures/team a/ü.png");
  }

  @Test
  void nothing_that_is_not_configured_is_sent() throws Exception {
    put(settings(), "a.png", "picture");

    assertThat(received.get(0).headers())
        .doesNotContainKeys(
            "X-amz-security-token",
            "X-amz-storage-class",
            "X-amz-acl",
            "X-amz-server-side-encryption",
            "X-amz-checksum-sha256",
            "X-amz-trailer");
  }

  @Test
  void a_body_that_cannot_be_read_to_its_end_sends_nothing() throws Exception {
    Path file = Files.writeString(folder.resolve("a.png"), "picture");
    exchange
        .getMessage()
        .setBody(
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("changed");
              }
            });

    assertThatThrownBy(
            () -> objects.put(exchange, settings(), output(), file, "a.png", "image/png", 7))
        .isInstanceOf(IOException.class);
    assertThat(received).isEmpty();
  }

  @Test
  void a_link_is_presigned_for_a_copy_in_a_bucket_alone() {
    assertThat(objects.link(copy("aws")).orElseThrow().toString())
        .startsWith("https://pictures.s3.eu-central-1.amazonaws.com/a.png?")
        .contains("X-Amz-Signature")
        .doesNotContain("very-secret");
    assertThat(objects.link(copy("folder"))).isEmpty();
    assertThat(objects.link(copy("gone"))).isEmpty();
  }

  private void put(ObjectNode settings, String key, String text) throws IOException {
    Path file = Files.writeString(folder.resolve("stored"), text);
    exchange.getMessage().setBody(new ByteArrayInputStream(text.getBytes()));
    objects.put(exchange, settings, output(), file, key, "image/png", text.length());
  }

  private static ObjectNode output() {
    return TestJson.MAPPER.createObjectNode().put("sha256", "00");
  }

  private static OutputCopy copy(String destination) {
    return new OutputCopy(
        new UUID(0, 1), 0, destination, "a.png", Optional.of("s3://pictures/a.png"));
  }

  private ObjectNode settings() {
    return TestJson.MAPPER
        .createObjectNode()
        .put("name", "there")
        .put("endpoint", "http://127.0.0.1:" + server.getAddress().getPort())
        .put("bucket", "pictures")
        .put("access-key", "AKID")
        .put("secret-key", "very-secret");
  }
}
