package io.comfygateway.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.app.GatewayServer;
import io.comfygateway.database.NewDatabase;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Route;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A running gateway with a copy of the shipped routes that a test edits. */
public final class LiveGateway implements AutoCloseable {
  private static final String KEY = "alice-0123456789abcdef";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path routes;
  private final GatewayServer server;

  private LiveGateway(Path routes, GatewayServer server) {
    this.routes = routes;
    this.server = server;
  }

  /** Starts it in a folder of its own. */
  public static LiveGateway start(Path folder, String comfy) throws IOException {
    return start(folder, comfy, Map.of());
  }

  static LiveGateway start(Path folder, String comfy, Map<String, String> more) throws IOException {
    Path routes = folder.resolve("routes");
    copy(Path.of("routes"), routes);
    Map<String, String> overrides = new HashMap<>();
    overrides.put("gateway.backends.urls", comfy);
    overrides.put("gateway.port", "0");
    overrides.put("gateway.data-dir", folder.resolve("data").toString());
    overrides.put("gateway.routes-dir", routes.toString());
    overrides.put("gateway.api-keys", "alice:" + KEY + ":run+raw");
    overrides.put("gateway.callback.allow", "127.0.0.1");
    overrides.put("gateway.poll.interval-ms", "50");
    overrides.put("gateway.probe.interval-ms", "100");
    overrides.put("gateway.files.check-interval-ms", "50");
    overrides.put("gateway.dispatch.interval-ms", "200");
    overrides.put("gateway.deliver.interval-ms", "100");
    overrides.putAll(more);
    NewDatabase.copyTo(folder.resolve("data"));
    GatewayServer server =
        new GatewayServer(
            Settings.read(Path.of("config/application.properties"), overrides),
            InstantSource.system());
    LiveGateway gateway = new LiveGateway(routes, server);
    server.start();
    return gateway;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Brings the shipped files back, takes others away, and waits until they are what runs. */
  public void restore() {
    try {
      if (Files.isDirectory(routes.resolve("custom"))) {
        try (Stream<Path> files = Files.list(routes.resolve("custom"))) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(routes.resolve("custom"));
      }
      Set<String> shipped = names(Path.of("routes"));
      for (String name : names(routes)) {
        if (!shipped.contains(name)) {
          Files.delete(file(name));
        }
      }
      copy(Path.of("routes"), routes);
      // A file is taken over when two looks in a row have found it the same. One that is written
      // after the others shows that the gateway has seen them all.
      String last = "last-" + System.nanoTime();
      Path marker = Files.createDirectories(file("custom")).resolve(last + ".camel.yaml");
      Files.writeString(
          marker,
          "- route: {id: %1$s, from: {uri: 'direct:%1$s', steps: [{stop: {}}]}}\n".formatted(last));
      await().until(() -> server.context().getRoute(last) != null);
      Files.delete(marker);
      Files.delete(marker.getParent());
      await().until(() -> server.context().getRoute(last) == null);
      awaitNoFault();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toSet());
    }
  }

  public GatewayServer server() {
    return server;
  }

  public Path routes() {
    return routes;
  }

  Path file(String name) {
    return routes.resolve(name);
  }

  String read(String name) {
    try {
      return Files.readString(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void write(String name, String text) {
    try {
      Files.createDirectories(file(name).getParent());
      Files.writeString(file(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes a file; it is another one afterwards. */
  public void edit(String name, UnaryOperator<String> change) {
    String before = read(name);
    String after = change.apply(before);
    if (after.equals(before)) {
      throw new IllegalArgumentException("the edit changes nothing in " + name);
    }
    write(name, after);
  }

  /** Writes a file so that it says something else, and nothing new. */
  void touch(String name) {
    edit(name, text -> text + "# edited at " + System.nanoTime() + "\n");
  }

  /** Gives a route another description, and waits until it has it. */
  public void describe(String name, String route, String description) {
    rewrite(name, route, description);
    awaitDescription(route, description);
  }

  /** Gives a route another description in its file. */
  void rewrite(String name, String route, String description) {
    edit(
        name,
        text ->
            text.replaceFirst(
                "(?m)^(    id: " + route + "\n    description: ).*", "$1" + description));
  }

  /** Waits until a route has this description. */
  void awaitDescription(String route, String description) {
    await()
        .until(
            () -> {
              Route now = server.context().getRoute(route);
              return now != null && description.equals(now.getDescription());
            });
  }

  void delete(String name) {
    try {
      Files.delete(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a file's fault says this. */
  RouteFault awaitFault(String name, String what) {
    return await()
        .until(() -> fault(name), list -> list.stream().anyMatch(f -> f.text().contains(what)))
        .stream()
        .filter(fault -> fault.text().contains(what))
        .findFirst()
        .orElseThrow();
  }

  private List<RouteFault> fault(String name) {
    return server.routeFaults().stream().filter(fault -> fault.file().equals(name)).toList();
  }

  private static ConditionFactory await() {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20));
  }

  void awaitNoFault() {
    await().until(() -> server.routeFaults().isEmpty());
  }

  public HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  public HttpResponse<String> post(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  public HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
            .timeout(PATIENCE)
            .header("X-API-Key", KEY);
    return headers.length == 0 ? request : request.headers(headers);
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Submits a job that runs anywhere. */
  public String submit() {
    return json(post("/webhook/smoke", "{}")).path("id").asText();
  }

  public JsonNode awaitStatus(String id, String status) {
    return await()
        .until(() -> json(get("/jobs/" + id)), job -> status.equals(job.path("status").asText()));
  }

  @Override
  public void close() {
    server.close();
  }
}
