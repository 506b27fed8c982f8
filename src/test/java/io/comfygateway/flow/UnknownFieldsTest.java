package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * No operation ignores a field of its body: a misspelt one would have no effect, which its caller
 * notices too late, if at all. It is generated from the contract, so an operation that is added is
 * tried as well. The doors and ComfyUI's own API do as the other product does.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnknownFieldsTest {
  private static final Set<String> METHODS = Set.of("post", "put", "patch");
  private static final String JSON_BODY = "application/json";
  private static final String FORM = "multipart/form-data";
  // Its slash and tilde are escaped in a pointer (RFC 6901).
  private static final String FIELD = "sur/pri~se";
  private static final String ESCAPED = "/sur~1pri~0se";

  private TestGateway gateway;
  private JsonNode document;

  private record Operation(String method, String path, JsonNode facts) {
    String id() {
      return facts.path("operationId").asText();
    }

    JsonNode contents() {
      return facts.path("requestBody").path("content");
    }
  }

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
    document = gateway.get("/openapi.json").json();
  }

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        String tag = method.getValue().path("tags").path(0).asText();
        if (METHODS.contains(method.getKey())
            && !tag.startsWith("Door: ")
            && !tag.equals("ComfyUI")) {
          operations.add(
              new Operation(
                  method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
        }
      }
    }
    return operations;
  }

  // A workflow, a server and a key that there are; what else a path names is looked up later.
  private String path(Operation operation) {
    String server =
        gateway.getWith("/backends", TestGateway.ADMIN_KEY).json().at("/backends/0/name").asText();
    Map<String, String> values =
        Map.of("{workflow}", "smoke", "{server}", server, "{alias}", "unknown-fields");
    String path = operation.path();
    for (var value : values.entrySet()) {
      path = path.replace(value.getKey(), value.getValue());
    }
    String name = path.startsWith("/workflows/") ? "smoke" : "unknown-fields";
    return path.replace("{name}", name).replaceAll("\\{[^}]*}", "none");
  }

  private Answer send(Operation operation, String type, HttpRequest.BodyPublisher body) {
    return gateway.send(
        gateway
            .request(path(operation), TestGateway.ADMIN_KEY)
            .header("Content-Type", type)
            .method(operation.method(), body));
  }

  private static ObjectNode body(Operation operation) {
    String good = ContractLimitsTest.BODIES.get(operation.id());
    assertThat(good).as("give %s a body in ContractLimitsTest", operation.id()).isNotNull();
    return TestJson.parse(good);
  }

  @TestFactory
  Stream<DynamicTest> a_body_of_JSON() {
    return tests(
        operations().stream().filter(operation -> operation.contents().has(JSON_BODY)),
        operation -> {
          ObjectNode body = body(operation).put(FIELD, 1);
          refused(send(operation, JSON_BODY, BodyPublishers.ofString(body.toString())));
        });
  }

  @TestFactory
  Stream<DynamicTest> a_form() {
    return tests(
        operations().stream().filter(operation -> operation.contents().has(FORM)),
        operation -> {
          FormBody form = new FormBody().field(FIELD, "1");
          form.field(
              operation.path().startsWith("/workflows") ? "file" : "prompt",
              ContractLimitsTest.GRAPH);
          refused(send(operation, form.contentType(), BodyPublishers.ofByteArray(form.bytes())));
        });
  }

  private static void refused(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().path("type").asText()).isEqualTo("/problems/invalid-input");
    // What a form has beside the fields of a submission are inputs.
    assertThat(answer.json().path("errors").findValuesAsText("pointer"))
        .as(answer.text())
        .anyMatch(pointer -> pointer.replaceFirst("^/inputs(?=/)", "").equals(ESCAPED));
  }

  @TestFactory
  Stream<DynamicTest> a_form_where_the_body_is_JSON_alone() {
    return tests(
        operations().stream()
            .filter(
                operation ->
                    operation.contents().has(JSON_BODY) && !operation.contents().has(FORM)),
        operation -> {
          FormBody form = new FormBody();
          body(operation)
              .properties()
              .forEach(field -> form.field(field.getKey(), field.getValue().asText()));
          form.field(FIELD, "1");
          Answer answer =
              send(operation, form.contentType(), BodyPublishers.ofByteArray(form.bytes()));
          assertThat(answer.status()).as(answer.text()).isIn(415, 422);
          assertThat(operation.facts().path("responses").has("415")).isTrue();
        });
  }

  @TestFactory
  Stream<DynamicTest> a_body_where_there_is_none() {
    return tests(
        operations().stream().filter(operation -> !operation.facts().has("requestBody")),
        operation -> {
          Answer answer = send(operation, JSON_BODY, BodyPublishers.ofString("{\"a\":1}"));
          assertThat(answer.status()).as(answer.text()).isEqualTo(422);
          assertThat(operation.facts().path("responses").has("422")).isTrue();
          assertThat(send(operation, JSON_BODY, BodyPublishers.ofString(" {} ")).status())
              .isNotEqualTo(422);
        });
  }

  private interface Check {
    void on(Operation operation);
  }

  private static Stream<DynamicTest> tests(Stream<Operation> operations, Check check) {
    List<DynamicTest> tests =
        operations
            .map(operation -> DynamicTest.dynamicTest(operation.id(), () -> check.on(operation)))
            .toList();
    assertThat(tests).hasSizeGreaterThan(4);
    return tests.stream();
  }
}
