package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** What a person does in n8n's editor, by the requests that the editor makes. */
final class N8nEditor {
  static final String MANUAL = "When clicking ‘Execute workflow’";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Path TEMPLATES = Path.of("n8n-templates");
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .build();
  private final String url;

  /** An answer of n8n. */
  record Answer(int status, byte[] bytes, String contentType) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      try {
        return JSON.readTree(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(text(), e);
      }
    }
  }

  private N8nEditor(String url) {
    this.url = url;
  }

  /** Makes the owner of a new n8n and logs in. */
  static N8nEditor open(N8nServer server) {
    N8nEditor editor = new N8nEditor(server.url());
    editor.call(
        "POST",
        "/rest/owner/setup",
        Map.of(
            "email", "owner@example.com",
            "firstName", "O",
            "lastName", "W",
            "password", "Password-1"));
    return editor;
  }

  /** Makes a credential and returns what a node refers to it by. */
  ObjectNode credential(String name, String type, Map<String, String> data) {
    JsonNode made =
        call("POST", "/rest/credentials", Map.of("name", name, "type", type, "data", data));
    ObjectNode reference = JSON.createObjectNode();
    reference.putObject(type).put("id", made.path("id").asText()).put("name", name);
    return reference;
  }

  /** Imports a template as its file is, and gives it a name that is not taken. */
  ObjectNode importTemplate(String file) throws IOException {
    return importWorkflow((ObjectNode) JSON.readTree(Files.readAllBytes(TEMPLATES.resolve(file))));
  }

  ObjectNode importWorkflow(ObjectNode workflow) {
    return (ObjectNode) call("POST", "/rest/workflows", workflow);
  }

  /** Saves a workflow after a change. */
  ObjectNode save(ObjectNode workflow) {
    ObjectNode change = JSON.createObjectNode();
    List.of("nodes", "connections", "settings", "versionId")
        .forEach(field -> change.set(field, workflow.path(field)));
    return (ObjectNode) call("PATCH", "/rest/workflows/" + id(workflow), change);
  }

  static String id(JsonNode workflow) {
    return workflow.path("id").asText();
  }

  static ObjectNode node(JsonNode workflow, String name) {
    for (JsonNode node : workflow.path("nodes")) {
      if (name.equals(node.path("name").asText())) {
        return (ObjectNode) node;
      }
    }
    throw new IllegalArgumentException("no node " + name);
  }

  /** Sets fields of the node Config; objects and lists are written as JSON, as the editor does. */
  static void configure(JsonNode workflow, Map<String, ?> values) {
    Map<String, Object> left = new java.util.HashMap<>(values);
    node(workflow, "Config")
        .path("parameters")
        .path("assignments")
        .path("assignments")
        .forEach(
            field -> {
              Object value = left.remove(field.path("name").asText());
              if (value != null) {
                JsonNode written = JSON.valueToTree(value);
                ((ObjectNode) field)
                    .set(
                        "value",
                        written.isContainerNode() ? TextNode.valueOf(written.toString()) : written);
              }
            });
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("Config has no " + left.keySet());
    }
  }

  /** Publishes a workflow, so that its triggers are served. */
  void publish(ObjectNode workflow) {
    call(
        "POST",
        "/rest/workflows/" + id(workflow) + "/activate",
        Map.of("versionId", workflow.path("versionId").asText(), "name", "test"));
  }

  /** Presses "Execute workflow". */
  String execute(ObjectNode workflow, String trigger) {
    ObjectNode request = JSON.createObjectNode();
    request.set("workflowData", workflow);
    request.putObject("triggerToStartFrom").put("name", trigger);
    return executed(workflow, request);
  }

  /** Writes a message into the chat of the editor. */
  String chat(ObjectNode workflow, String trigger, String message) {
    ObjectNode request = JSON.createObjectNode();
    request.set("workflowData", workflow);
    ObjectNode run = request.putObject("triggerToStartFrom").put("name", trigger).putObject("data");
    run.put("startTime", 0).put("executionTime", 0).put("executionIndex", 0);
    run.put("executionStatus", "success").putArray("source");
    run.putObject("data")
        .putArray("main")
        .addArray()
        .addObject()
        .putObject("json")
        .put("sessionId", "test")
        .put("action", "sendMessage")
        .put("chatInput", message);
    return executed(workflow, request);
  }

  private String executed(ObjectNode workflow, ObjectNode request) {
    return call("POST", "/rest/workflows/" + id(workflow) + "/run", request)
        .path("executionId")
        .asText();
  }

  N8nExecution execution(String id) {
    return N8nExecution.of(call("GET", "/rest/executions/" + id, null));
  }

  /** The executions of a workflow, the newest first. */
  List<String> executions(ObjectNode workflow) {
    String filter = "{\"workflowId\":\"" + id(workflow) + "\"}";
    return call(
            "GET",
            "/rest/executions?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8),
            null)
        .path("results")
        .findValuesAsText("id");
  }

  N8nExecution await(String id, Predicate<N8nExecution> wanted) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> execution(id), wanted);
  }

  N8nExecution awaitEnd(String id) {
    return await(id, N8nExecution::hasEnded);
  }

  /** The bytes of a file in an item. */
  byte[] file(JsonNode item) {
    String id = item.path("binary").path("data").path("id").asText();
    return send(
            "GET",
            "/rest/binary-data?action=download&id=" + URLEncoder.encode(id, StandardCharsets.UTF_8),
            request -> {},
            new byte[0])
        .bytes();
  }

  /** The answer's data; any other answer than 200 is a failure. */
  JsonNode call(String method, String path, Object body) {
    try {
      byte[] bytes = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
      Answer answer =
          send(method, path, request -> request.header("Content-Type", "application/json"), bytes);
      if (answer.status() != 200) {
        throw new IllegalStateException(
            method + " " + path + ": " + answer.status() + " " + answer.text());
      }
      return answer.json().path("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request to n8n; the path may be a whole URL. */
  Answer send(String method, String path, Consumer<HttpRequest.Builder> change, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : url + path))
            .timeout(PATIENCE)
            .header("browser-id", "test")
            .method(method, BodyPublishers.ofByteArray(body));
    change.accept(request);
    try {
      HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
      return new Answer(
          answer.statusCode(),
          answer.body(),
          answer.headers().firstValue("Content-Type").orElse(""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
