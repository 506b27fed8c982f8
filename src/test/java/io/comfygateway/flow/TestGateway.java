package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.app.GatewayServer;
import io.comfygateway.database.NewDatabase;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** A gateway on a free port with the shipped routes and workflows, and a caller who talks to it. */
final class TestGateway implements AutoCloseable {
  static final String KEY = "alice-0123456789abcdef";
  static final String OTHER_KEY = "bob-0123456789abcdefgh";
  static final String RUN_ONLY_KEY = "carol-0123456789abcdef";
  static final String ADMIN_KEY = "boss-0123456789abcdefg";
  static final String CALLBACK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private static final ObjectMapper JSON = new ObjectMapper();
  private final GatewayServer server;
  private final String key;
  private final Caller caller;
  private final Path data;
  private final boolean closes;

  private TestGateway(GatewayServer server, Path data, String key, boolean closes) {
    this.server = server;
    this.data = data;
    this.key = key;
    this.closes = closes;
    this.caller = new Caller(this::reached, key);
  }

  /** Starts a gateway that keeps its data in a folder and knows the given ComfyUIs. */
  static TestGateway start(Path data, String backends, Map<String, String> more) {
    return start(data, backends, more, InstantSource.system());
  }

  static TestGateway start(
      Path data, String backends, Map<String, String> more, InstantSource clock) {
    if (!more.containsKey("gateway.db.url")) {
      NewDatabase.copyTo(data);
    }
    GatewayServer server = new GatewayServer(settings(data, backends, more), clock);
    server.start();
    return new TestGateway(server, data, KEY, true);
  }

  /** The same gateway for another caller, who does not stop it. */
  TestGateway as(String otherKey) {
    return new TestGateway(server, data, otherKey, false);
  }

  static Settings settings(Path data, String backends, Map<String, String> more) {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("gateway.backends.urls", backends);
    overrides.put("gateway.port", "0");
    overrides.put("gateway.data-dir", data.toString());
    overrides.put(
        "gateway.api-keys",
        "alice:" + KEY + ":run+raw,bob:" + OTHER_KEY + ":run+raw,carol:" + RUN_ONLY_KEY);
    overrides.put("gateway.callback.allow", "127.0.0.1");
    overrides.put("gateway.callback.secret", CALLBACK_SECRET);
    overrides.put("gateway.callback.delays", "0s,0s,0s");
    overrides.put("gateway.poll.interval-ms", "100");
    overrides.put("gateway.probe.interval-ms", "200");
    overrides.put("gateway.deliver.interval-ms", "100");
    overrides.putAll(more);
    return Settings.read(Path.of("config/application.properties"), overrides);
  }

  /** The URL in its links. */
  String url() {
    return server.baseUrl();
  }

  private String reached() {
    return "http://127.0.0.1:" + server.port();
  }

  /** The folder that it keeps its data in. */
  Path data() {
    return data;
  }

  /** The key that a request without another one has. */
  String key() {
    return key;
  }

  GatewayServer server() {
    return server;
  }

  /** An answer: its status, its headers and its body, as text, bytes or JSON. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    byte[] bytes() {
      return response.body();
    }

    String text() {
      return new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String id() {
      return json().path("id").asText();
    }
  }

  /** A request with a key; the path may be a whole URL. */
  HttpRequest.Builder request(String path, String key) {
    return caller.request(path, key);
  }

  Answer send(HttpRequest.Builder request) {
    return caller.send(request);
  }

  Answer get(String path) {
    return send(request(path, key));
  }

  Answer getWith(String path, String key, String... headers) {
    HttpRequest.Builder request = request(path, key);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  Answer post(String path, String body, String... headers) {
    return postWith(path, key, body, headers);
  }

  Answer postWith(String path, String key, String body, String... headers) {
    return caller.post(path, key, body, headers);
  }

  Answer delete(String path) {
    return caller.delete(path);
  }

  JsonNode job(String id) {
    return caller.job(id);
  }

  /** Waits until a job is as it should be. */
  JsonNode await(String id, Predicate<JsonNode> wanted) {
    return caller.await(id, wanted);
  }

  /** Waits until a job has this status. */
  JsonNode await(String id, String status) {
    return await(id, job -> status.equals(job.path("status").asText()));
  }

  /** Waits until the gateway has seen its ComfyUI, so that graphs are checked and jobs go out. */
  TestGateway ready() {
    caller.awaitReady();
    return this;
  }

  @Override
  public void close() {
    if (closes) {
      server.close();
    }
  }
}
