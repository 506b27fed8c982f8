package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestDigests;
import io.comfygateway.demo.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A real n8n, a gateway with a bucket, and a simulated ComfyUI, as the templates find them. */
final class N8nStage implements AutoCloseable {
  private static final String BUCKET = "pictures";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;
  private final N8nServer server;
  private final N8nEditor editor;
  private final S3Server s3;
  private final Comfy comfy;
  private final ObjectNode key;
  private TestGateway gateway;

  private N8nStage(Path folder, N8nServer server) throws Exception {
    this.data = folder.resolve("gateway");
    this.server = server;
    this.editor = N8nEditor.open(server);
    this.s3 = S3Server.start(BUCKET);
    this.comfy = Comfy.start();
    this.gateway = gateway(0);
    this.key =
        editor.credential(
            "Gateway", "httpHeaderAuth", Map.of("name", "X-API-Key", "value", TestGateway.KEY));
  }

  static N8nStage start(Path folder) {
    try {
      return new N8nStage(folder, N8nServer.start(Files.createDirectories(folder.resolve("n8n"))));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("n8n did not start", e);
    }
  }

  private TestGateway gateway(int port) {
    Map<String, String> settings = new HashMap<>();
    settings.put("gateway.port", Integer.toString(port));
    // n8n takes a while to come back.
    settings.put("gateway.callback.delays", "0s,2s" + ",2s".repeat(40));
    settings.put("gateway.s3.endpoint", s3.endpoint().toString());
    settings.put("gateway.s3.bucket", BUCKET);
    settings.put("gateway.s3.access-key", s3.accessKey());
    settings.put("gateway.s3.secret-key", s3.secretKey());
    return TestGateway.start(data, comfy.url(), settings).ready();
  }

  N8nServer server() {
    return server;
  }

  N8nEditor editor() {
    return editor;
  }

  Comfy comfy() {
    return comfy;
  }

  TestGateway gateway() {
    return gateway;
  }

  /** Stops the gateway and starts it anew on the same address, with the same data. */
  void restartGateway() {
    int port = URI.create(gateway.url()).getPort();
    gateway.close();
    gateway = gateway(port);
  }

  /** A template as a user has made it his own: imported, with credential and configured. */
  ObjectNode template(String file, Map<String, ?> config) throws IOException {
    ObjectNode workflow = editor.importTemplate(file);
    use(workflow, config);
    return editor.save(workflow);
  }

  /** Chooses the gateway's credential in every node that asks for one, and sets the Config. */
  void use(ObjectNode workflow, Map<String, ?> config) {
    for (JsonNode node : workflow.path("nodes")) {
      if ("httpHeaderAuth".equals(node.path("parameters").path("genericAuthType").asText())) {
        ((ObjectNode) node).set("credentials", key);
      }
    }
    Map<String, Object> values = new HashMap<>(config);
    values.putIfAbsent("gateway_url", gateway.url());
    N8nEditor.configure(workflow, values);
  }

  /** Waits until the newest job is one that has not ended, and returns its id. */
  String awaitUnfinishedJob() {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> gateway.get("/jobs?limit=1").json().path("jobs").path(0),
            job -> List.of("queued", "running").contains(job.path("status").asText()))
        .path("id")
        .asText();
  }

  byte[] get(String url) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray())
        .body();
  }

  /** The SHA-256 of the file that the simulated ComfyUI itself has. */
  String drawn(String filename) throws IOException, InterruptedException {
    String name = URLEncoder.encode(filename, StandardCharsets.UTF_8);
    return sha256(get(comfy.url() + "/view?type=output&filename=" + name));
  }

  static String sha256(byte[] bytes) {
    return TestDigests.sha256(bytes);
  }

  @Override
  public void close() {
    server.close();
    gateway.close();
    comfy.close();
    s3.close();
  }
}
