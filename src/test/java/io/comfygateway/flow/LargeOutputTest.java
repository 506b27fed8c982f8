package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.demo.S3Server;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A file of twice the heap passes through the gateway on each of its ways: from ComfyUI into the
 * store, to who asks for it, into S3, and as the body of a callback. A process that held it would
 * end with an OutOfMemoryError.
 */
@Tag("slow")
class LargeOutputTest {
  private static final String BUCKET = "films";
  private static final int HEAP = 96;
  private static final int SIZE = 200;

  @TempDir Path place;

  @Test
  void a_file_of_twice_the_heap_is_stored_fetched_copied_and_called_back() throws Exception {
    CompletableFuture<String> calledBack = new CompletableFuture<>();
    HttpServer receiver = receiver(calledBack);
    try (S3Server s3 = S3Server.start(BUCKET);
        Comfy comfy = Comfy.start();
        GatewayProcess gateway =
            GatewayProcess.in(
                place,
                comfy.url(),
                Map.of(
                    "GATEWAY_S3_ENDPOINT", s3.endpoint().toString(),
                    "GATEWAY_S3_BUCKET", BUCKET,
                    "GATEWAY_S3_ACCESS_KEY", s3.accessKey(),
                    "GATEWAY_S3_SECRET_KEY", s3.secretKey()))) {
      gateway.withHeap(HEAP).start();

      Answer accepted = gateway.post("/webhook", submission(receiver));
      assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
      JsonNode job =
          gateway.await(
              accepted.id(),
              now ->
                  now.path("deliveries").size() == 2
                      && now.path("deliveries").findValuesAsText("status").stream()
                          .allMatch("delivered"::equals));

      JsonNode output = job.path("outputs").path(0);
      String sha256 = output.path("sha256").asText();
      assertThat(output.path("bytes").asLong()).isEqualTo(SIZE * 1024L * 1024L);
      assertThat(fetched(output.path("url").asText())).isEqualTo(sha256);
      assertThat(copied(s3, output.path("s3").path("key").asText())).isEqualTo(sha256);
      assertThat(calledBack.get(30, TimeUnit.SECONDS)).isEqualTo(sha256);
      assertThat(gateway.isAlive()).isTrue();
    } finally {
      receiver.stop(0);
    }
  }

  private static String submission(HttpServer receiver) {
    return """
        {"prompt": {"1": {"class_type": "BigFile",
                          "inputs": {"megabytes": %d, "seed": 9, "filename_prefix": "film"}}},
         "s3": {},
         "callback": {"url": "http://127.0.0.1:%d/", "format": "binary"}}
        """
        .formatted(SIZE, receiver.getAddress().getPort());
  }

  /** A receiver that keeps nothing of a body but its SHA-256. */
  private static HttpServer receiver(CompletableFuture<String> sha256) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          sha256.complete(sha256(exchange.getRequestBody()));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String fetched(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return sha256(HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream()).body());
  }

  private static String copied(S3Server s3, String key) throws IOException {
    try (S3Client bucket = s3.destination(BUCKET).client();
        InputStream object = bucket.getObject(get -> get.bucket(BUCKET).key(key))) {
      return sha256(object);
    }
  }

  private static String sha256(InputStream body) throws IOException {
    try (DigestInputStream digested =
        new DigestInputStream(body, MessageDigest.getInstance("SHA-256"))) {
      digested.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digested.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
