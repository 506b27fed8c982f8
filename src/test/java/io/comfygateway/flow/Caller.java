package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Somebody with a key who talks to a gateway, wherever that runs. */
final class Caller {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Supplier<String> url;
  private final String ownKey;

  Caller(Supplier<String> url) {
    this(url, TestGateway.KEY);
  }

  Caller(Supplier<String> url, String ownKey) {
    this.url = url;
    this.ownKey = ownKey;
  }

  /** A request with a key; the path may be a whole URL. */
  HttpRequest.Builder request(String path, String key) {
    URI uri = URI.create(path.startsWith("http") ? path : url.get() + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(PATIENCE);
    return key.isEmpty() ? request : request.header("X-API-Key", key);
  }

  Answer send(HttpRequest.Builder request) {
    try {
      return new Answer(http.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path) {
    return send(request(path, ownKey));
  }

  Answer post(String path, String key, String body, String... headers) {
    HttpRequest.Builder request =
        request(path, key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  Answer delete(String path) {
    return send(request(path, ownKey).DELETE());
  }

  JsonNode job(String id) {
    return get("/jobs/" + id).json();
  }

  /** Waits until a job is as it should be. */
  JsonNode await(String id, Predicate<JsonNode> wanted) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> job(id), wanted);
  }

  /** Waits until the gateway has seen its ComfyUI, so that graphs are checked and jobs go out. */
  void awaitReady() {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              JsonNode backends = get("/health/ready").json().path("parts").path("backends");
              return backends.size() > 0
                  && backends.elements().next().path("status").asText().equals("up");
            });
  }
}
