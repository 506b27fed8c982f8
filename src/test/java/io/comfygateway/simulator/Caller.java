package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;

/** A client of a simulator over real sockets. */
final class Caller {
  private static final String BOUNDARY = "comfy-boundary";

  private final Recordings recordings = new Recordings();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI root;

  Caller(ComfySimulator simulator) {
    this.root = simulator.url();
  }

  HttpResponse<byte[]> get(String path) {
    return send(request(path).GET().build());
  }

  HttpResponse<byte[]> head(String path, Map<String, String> query) {
    return send(request(withQuery(path, query)).method("HEAD", BodyPublishers.noBody()).build());
  }

  HttpResponse<byte[]> getWith(String header, String value, String path) {
    return send(request(path).header(header, value).GET().build());
  }

  HttpResponse<byte[]> get(String path, Map<String, String> query) {
    return get(withQuery(path, query));
  }

  private static String withQuery(String path, Map<String, String> query) {
    StringJoiner joined = new StringJoiner("&", path + "?", "");
    query.forEach((name, value) -> joined.add(name + "=" + encode(value)));
    return joined.toString();
  }

  JsonNode json(String path) {
    return body(get(path));
  }

  JsonNode body(HttpResponse<byte[]> response) {
    return recordings.parse(new String(response.body(), StandardCharsets.UTF_8));
  }

  HttpResponse<byte[]> post(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<byte[]> post(String path) {
    return send(request(path).POST(BodyPublishers.noBody()).build());
  }

  HttpResponse<byte[]> postForm(String path, String name, String value) {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(encode(name) + "=" + encode(value)))
            .build());
  }

  HttpResponse<byte[]> upload(String path, Map<String, String> form, String filename, byte[] file) {
    StringBuilder head = new StringBuilder();
    form.forEach(
        (name, value) ->
            head.append(
                "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                    .formatted(BOUNDARY, name, value)));
    head.append(
        "--%s\r\nContent-Disposition: form-data; name=\"image\"; filename=\"%s\"\r\n"
            .formatted(BOUNDARY, filename));
    head.append("Content-Type: image/png\r\n\r\n");
    byte[] tail = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8);
    return send(
        request(path)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofString(head.toString()),
                    BodyPublishers.ofByteArray(file),
                    BodyPublishers.ofByteArray(tail)))
            .build());
  }

  /** Submits a graph and gives the answer. */
  HttpResponse<byte[]> submit(JsonNode graph, String promptId, String clientId) {
    return post(
        "/prompt",
        "{\"prompt\": %s, \"prompt_id\": \"%s\", \"client_id\": \"%s\"}"
            .formatted(graph, promptId, clientId));
  }

  HttpResponse<byte[]> submit(JsonNode graph, String promptId) {
    return submit(graph, promptId, "nobody");
  }

  /** Opens a WebSocket; its frames are kept by the listener. */
  WebSocket listen(String clientId, Frames frames) {
    return client
        .newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(10))
        .buildAsync(URI.create("ws://" + root.getAuthority() + "/ws?clientId=" + clientId), frames)
        .join();
  }

  HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
    return client.send(request(path).GET().build(), BodyHandlers.ofInputStream());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(root + path)).timeout(Duration.ofSeconds(30));
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
