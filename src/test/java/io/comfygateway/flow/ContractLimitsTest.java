package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.flow.SchemaLimits.Limit;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every limit that {@code openapi.json} sets to what a request carries: a value at the limit is
 * accepted, one beyond it is refused with the name of its field. An operation or a limit that is
 * added to the contract is tried as well; where it needs a value, the test says so.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractLimitsTest {
  private static final List<String> METHODS = List.of("get", "post", "put", "delete", "patch");
  private static final String JSON_BODY = "application/json";
  static final String GRAPH =
      """
      {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 1}},
       "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}
      """;

  /** A good request to each operation that has a body. */
  static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("submitWorkflow", "{}"),
          Map.entry("submitGraph", "{\"prompt\": " + GRAPH + "}"),
          Map.entry("submitBatch", "{\"workflow\": \"smoke\", \"jobs\": [{}]}"),
          Map.entry("cancelJobs", "{}"),
          Map.entry("redeliver", "{}"),
          Map.entry("testCallback", "{\"url\": \"\"}"),
          Map.entry("createKey", "{\"name\": \"\"}"),
          Map.entry("createSession", "{\"key\": \"\"}"),
          Map.entry("rotateKey", "{}"),
          Map.entry("drainBackend", "{}"),
          Map.entry("createWorkflow", "{\"name\": \"\", \"graph\": " + GRAPH + "}"),
          Map.entry("putWorkflow", "{\"graph\": " + GRAPH + "}"),
          Map.entry("restoreWorkflowVersion", "{\"from\": 1}"),
          Map.entry("setWorkflowAlias", "{\"version\": 1}"));

  /** What a limit inside of an object needs beside it. */
  private static final Map<String, String> BESIDE =
      Map.of("callback", "{\"url\": \"http://127.0.0.1:9/\"}", "s3", "{}");

  private TestGateway gateway;
  private JsonNode document;
  private SchemaLimits schemas;
  private final Map<String, String> paths = new HashMap<>();
  private String resume;
  private int keys;

  /** An operation of the contract. */
  private record Operation(String method, String path, JsonNode facts) {
    String id() {
      return facts.path("operationId").asText();
    }
  }

  private static final List<String> ADMINS =
      List.of("/keys", "/numbers", "/backends", "/workflows");

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
    document = gateway.get("/openapi.json").json();
    schemas = new SchemaLimits(document);
    Answer key =
        admin(
            "/keys", "{\"name\":\"limits-rotated\",\"scopes\":[\"run\"],\"callback_secret\":true}");
    assertThat(key.status()).as(key.text()).isEqualTo(201);
    String job = gateway.post("/webhook/smoke?respond=result", "{}").id();
    String server =
        gateway.getWith("/backends", TestGateway.ADMIN_KEY).json().at("/backends/0/name").asText();
    paths.put("/backends/{server}/drain", "/backends/" + server + "/drain");
    resume = "/backends/" + server + "/resume";
    Answer workflow = admin("/workflows", "{\"name\": \"limits\", \"graph\": " + GRAPH + "}");
    assertThat(workflow.status()).as(workflow.text()).isBetween(200, 201);
    paths.put("/workflows/{name}", "/workflows/limits");
    paths.put("/workflows/{name}/versions", "/workflows/limits/versions");
    paths.put("/workflows/{name}/aliases/{alias}", "/workflows/limits/aliases/limits");
    paths.putAll(
        Map.of(
            "/webhook/{workflow}",
            "/webhook/smoke",
            "/keys/{name}/rotate",
            "/keys/limits-rotated/rotate",
            "/jobs/{id}",
            "/jobs/" + job,
            "/jobs/{id}/redeliver",
            "/jobs/" + job + "/redeliver",
            "/jobs/{id}/retry",
            "/jobs/" + job + "/retry",
            "/jobs/{id}/outputs/{index}",
            "/jobs/" + job + "/outputs/{index}"));
  }

  private Answer admin(String path, String body) {
    return gateway.postWith(path, TestGateway.ADMIN_KEY, body);
  }

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey()) && !isOfDoor(method.getValue())) {
          operations.add(
              new Operation(
                  method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
        }
      }
    }
    return operations;
  }

  // A door reports faults in the shape of another product: DoorsTest tries its limits, and
  // ClientPromptsFlowTest those of ComfyUI's own API.
  private static boolean isOfDoor(JsonNode operation) {
    String tag = operation.path("tags").path(0).asText();
    return tag.startsWith("Door: ") || tag.equals("ComfyUI");
  }

  private HttpRequest.Builder request(Operation operation, String path) {
    String key =
        ADMINS.stream().anyMatch(operation.path()::startsWith)
            ? TestGateway.ADMIN_KEY
            : gateway.key();
    return gateway.request(path, key);
  }

  @TestFactory
  Stream<DynamicTest> limits_of_bodies() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Operation operation : operations()) {
      for (var content : operation.facts().path("requestBody").path("content").properties()) {
        for (Limit limit : schemas.of(content.getValue().path("schema"))) {
          tests.add(
              DynamicTest.dynamicTest(
                  "%s %s %s %s"
                      .formatted(
                          operation.id(), content.getKey(), limit.pointer(), limit.keyword()),
                  () -> tryBody(operation, content.getKey(), limit)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(50);
    return tests.stream();
  }

  private void tryBody(Operation operation, String type, Limit limit) {
    for (JsonNode value : limit.within()) {
      Answer answer = sendBody(operation, type, limit.pointer(), value);
      // The shared gateway has no bucket, which is another fault than the one looked for.
      if (limit.pointer().startsWith("/s3/")) {
        assertThat(names(answer, limit.pointer())).as(answer.text()).isFalse();
      } else if ("createSession".equals(operation.id())) {
        // No such key, which is another fault too.
        assertThat(answer.status()).as(answer.text()).isEqualTo(401);
      } else {
        assertThat(answer.status()).as(value + ": " + answer.text()).isBetween(200, 202);
      }
    }
    for (JsonNode value : limit.beyond()) {
      Answer answer = sendBody(operation, type, limit.pointer(), value);
      assertThat(answer.status()).as(value + ": " + answer.text()).isIn(400, 422);
      assertThat(names(answer, limit.pointer())).as(value + ": " + answer.text()).isTrue();
    }
  }

  // An item is named by its list, and what all jobs of a batch share by the first job that has it.
  private static boolean names(Answer answer, String pointer) {
    String field = pointer.replaceFirst("(?<=^/deliver)/.*|/0$", "");
    return answer.json().path("errors").findValuesAsText("pointer").stream()
        .map(named -> named.replaceFirst("^/jobs/0(?=/)", ""))
        .anyMatch(named -> named.equals(field) || named.startsWith(field + "/"));
  }

  private Answer sendBody(Operation operation, String type, String pointer, JsonNode value) {
    String good = BODIES.get(operation.id());
    assertThat(good).as("give %s a body here", operation.id()).isNotNull();
    ObjectNode body = TestJson.parse(good);
    if (body.has("name")) {
      body.put("name", "limits-" + keys++);
    }
    put(body, pointer, value);
    HttpRequest.Builder request =
        request(operation, paths.getOrDefault(operation.path(), operation.path()));
    if (type.equals(JSON_BODY)) {
      request
          .header("Content-Type", type)
          .method(operation.method(), BodyPublishers.ofString(body.toString()));
    } else {
      FormBody form = new FormBody();
      body.properties()
          .forEach(
              field ->
                  form.field(
                      "graph".equals(field.getKey()) ? "file" : field.getKey(),
                      field.getValue().isContainerNode()
                          ? field.getValue().toString()
                          : field.getValue().asText()));
      request
          .header("Content-Type", form.contentType())
          .method(operation.method(), BodyPublishers.ofByteArray(form.bytes()));
    }
    Answer answer = gateway.send(request);
    if ("drainBackend".equals(operation.id())) {
      // The other operations need the server.
      assertThat(admin(resume, "").status()).isEqualTo(200);
    }
    return answer;
  }

  private static void put(ObjectNode body, String pointer, JsonNode value) {
    String[] names = pointer.substring(1).split("/");
    if ("prompt".equals(names[0])) {
      body.remove("workflow");
    }
    if (names.length == 1) {
      body.set(names[0], value);
    } else if ("0".equals(names[1])) {
      ArrayNode list = body.putArray(names[0]);
      if (names.length == 2) {
        list.add(value);
      } else {
        list.addObject().put("to", "archive").set(names[2], value);
      }
    } else {
      String beside = BESIDE.get(names[0]);
      assertThat(beside).as("give %s a value here", names[0]).isNotNull();
      ObjectNode object = TestJson.parse(beside);
      body.set(names[0], object);
      if (names.length == 2) {
        object.set(names[1], value);
      } else {
        ArrayNode list = object.putArray(names[1]);
        assertThat(names).hasSize(3).endsWith("0");
        list.add(value);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> limits_of_parameters() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Operation operation : operations()) {
      for (JsonNode referred : operation.facts().path("parameters")) {
        JsonNode parameter = schemas.resolved(referred);
        for (Limit limit : schemas.of(parameter.path("schema"))) {
          tests.add(
              DynamicTest.dynamicTest(
                  "%s %s %s"
                      .formatted(operation.id(), parameter.path("name").asText(), limit.keyword()),
                  () -> tryParameter(operation, parameter, limit)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(5);
    return tests.stream();
  }

  private void tryParameter(Operation operation, JsonNode parameter, Limit limit) {
    for (JsonNode value : limit.within()) {
      if ("destination".equals(parameter.path("name").asText())) {
        deliver(value.asText());
      }
      Answer answer = sendParameter(operation, parameter, value.asText());
      assertThat(answer.status()).as(value + ": " + answer.text()).isBetween(200, 202);
    }
    for (JsonNode value : limit.beyond()) {
      Answer answer = sendParameter(operation, parameter, value.asText());
      if ("path".equals(parameter.path("in").asText())) {
        // Another path, at which there is nothing.
        assertThat(answer.status()).as(value + ": " + answer.text()).isEqualTo(404);
      } else {
        assertThat(answer.status()).as(value + ": " + answer.text()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText())
            .as(answer.text())
            .contains(parameter.path("name").asText());
      }
    }
  }

  // A delivery to it there must be, which has ended.
  private void deliver(String destination) {
    Answer done =
        gateway.post(
            "/webhook/smoke?respond=result", "{\"deliver\": [\"%s\"]}".formatted(destination));
    assertThat(done.status()).as(done.text()).isEqualTo(200);
    paths.put("/jobs/{id}/redeliver", "/jobs/" + done.id() + "/redeliver");
  }

  private static final List<String> OF_PICTURES =
      List.of("format", "quality", "width", "height", "metadata");
  private static final List<String> WITH_OUTPUTS =
      List.of("submitWorkflow", "submitGraph", "getJob");

  private Answer sendParameter(Operation operation, JsonNode parameter, String value) {
    String name = parameter.path("name").asText();
    String path = paths.getOrDefault(operation.path(), operation.path());
    String in = parameter.path("in").asText();
    String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8);
    if ("query".equals(in)) {
      // Pictures are converted only where a response has them.
      boolean isOfPictures = OF_PICTURES.contains(name) && WITH_OUTPUTS.contains(operation.id());
      path += "?" + (isOfPictures ? "respond=base64&" : "") + name + "=" + encoded;
    } else if ("path".equals(in)) {
      path = path.replace("{" + name + "}", encoded);
    }
    // The only parameter of a path that has one value for all others of its operation.
    path = path.replace("{index}", "0");
    assertThat(path).as("give %s a path here", operation.path()).doesNotContain("{");
    HttpRequest.Builder request = request(operation, path);
    if ("header".equals(in)) {
      request.header(name, value);
    }
    if ("redeliver".equals(operation.id())) {
      // Its body names deliveries, its parameters choose them.
      request.POST(BodyPublishers.noBody());
    } else if ("POST".equals(operation.method())) {
      request
          .header("Content-Type", JSON_BODY)
          .POST(BodyPublishers.ofString(BODIES.getOrDefault(operation.id(), "{}")));
    }
    return gateway.send(request);
  }
}
