package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultipartBodyTest {
  @TempDir Path folder;

  @Test
  void the_body_is_what_rfc_7578_describes() throws Exception {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("subfolder", "gateway/1");
    fields.put("overwrite", "false");
    MultipartBody body =
        new MultipartBody(fields, part("photo.png", "image/png", "PNG\r\n--bytes"), "edge");

    assertThat(text(body))
        .isEqualTo(
            String.join(
                "\r\n",
                "--edge",
                "Content-Disposition: form-data; name=\"subfolder\"",
                "",
                "gateway/1",
                "--edge",
                "Content-Disposition: form-data; name=\"overwrite\"",
                "",
                "false",
                "--edge",
                "Content-Disposition: form-data; name=\"image\"; filename=\"photo.png\"",
                "Content-Type: image/png",
                "",
                "PNG",
                "--bytes",
                "--edge--",
                ""));
    assertThat(body.contentType()).isEqualTo("multipart/form-data; boundary=edge");
  }

  @Test
  void its_length_is_right_and_it_can_be_sent_again() throws Exception {
    MultipartBody body =
        MultipartBody.ofUpload(
            UploadName.of(UUID.randomUUID(), "猫.png"),
            "image/png",
            part("x", "image/png", "x".repeat(100_000)).path());

    assertThat(text(body)).isEqualTo(text(body)).hasSize((int) body.length());
  }

  @Test
  void names_cannot_add_headers() throws Exception {
    MultipartBody body =
        new MultipartBody(
            Map.of("a\"\r\nX: 1", "v"), part("b\"\r\nY: 2", "image/png\r\nZ: 3", "x"), "edge");

    assertThat(text(body).lines()).noneMatch(line -> line.matches("[XYZ]: .*"));
  }

  @Test
  void a_server_receives_it_over_a_socket() throws Exception {
    AtomicReference<String> received = new AtomicReference<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/upload/image",
        exchange -> {
          byte[] bytes = exchange.getRequestBody().readAllBytes();
          received.set(exchange.getRequestHeaders().getFirst("Content-Type") + " " + bytes.length);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    try {
      MultipartBody body = new MultipartBody(Map.of("a", "b"), part("p.png", "image/png", "x"));
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/upload/image"))
              .header("Content-Type", body.contentType())
              .POST(HttpRequest.BodyPublishers.ofInputStream(() -> open(body)))
              .build();
      int status =
          HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode();

      assertThat(status).isEqualTo(200);
      assertThat(received).hasValue(body.contentType() + " " + body.length());
    } finally {
      server.stop(0);
    }
  }

  private MultipartBody.FilePart part(String name, String contentType, String content)
      throws Exception {
    Path file = Files.writeString(folder.resolve("upload"), content);
    return new MultipartBody.FilePart("image", name, contentType, file);
  }

  private static String text(MultipartBody body) throws Exception {
    try (InputStream in = body.open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(MultipartBody body) {
    try {
      return body.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
