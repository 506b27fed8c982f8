package io.comfygateway.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** An HTTP client of the gateway, as any program of a customer could use it. */
final class CustomerClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final String gateway;
  private final String key;

  CustomerClient(String gateway, String key) {
    this.gateway = gateway;
    this.key = key;
  }

  /** GET with the key. */
  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send(request(gateway + path).header("X-API-Key", key));
  }

  /** POST of JSON with the key. */
  HttpResponse<byte[]> post(String path, JsonNode body) throws IOException, InterruptedException {
    return send(
        request(gateway + path)
            .header("X-API-Key", key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString())));
  }

  /** GET of a signed link: without the key, as a browser would follow it. */
  HttpResponse<byte[]> follow(String link) throws IOException, InterruptedException {
    return send(request(link));
  }

  JsonNode json(HttpResponse<byte[]> answer) throws IOException {
    return json.readTree(answer.body());
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
  }
}
