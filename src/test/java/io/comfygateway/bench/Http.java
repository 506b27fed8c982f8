package io.comfygateway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;

/** The caller's HTTP client; every way uses the same one. */
final class Http {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Duration LIMIT = Duration.ofSeconds(180);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String root;
  private final Map<String, String> headers;

  /**
   * @param headers sent with every request
   */
  Http(String root, Map<String, String> headers) {
    this.root = root;
    this.headers = headers;
  }

  /** Opens a WebSocket with the headers of every request. */
  WebSocket.Builder webSocket() {
    WebSocket.Builder builder = client.newWebSocketBuilder();
    headers.forEach(builder::header);
    return builder;
  }

  String root() {
    return root;
  }

  JsonNode post(String path, Object body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return json(client.send(request.build(), BodyHandlers.ofByteArray()));
  }

  String text(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString()).body();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return json(client.send(request(path).build(), BodyHandlers.ofByteArray()));
  }

  /** Reads a file to its end and returns how many bytes it had. */
  long read(String path) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        client.send(request(path).build(), BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw new IOException(path + " answered " + answer.statusCode());
      }
      long bytes = 0;
      byte[] block = new byte[65_536];
      for (int n = body.read(block); n >= 0; n = body.read(block)) {
        bytes += n;
      }
      return bytes;
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root).resolve(path)).timeout(LIMIT);
    headers.forEach(request::header);
    return request;
  }

  private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          answer.uri()
              + " answered "
              + answer.statusCode()
              + " "
              + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
    }
    return JSON.readTree(answer.body());
  }
}
