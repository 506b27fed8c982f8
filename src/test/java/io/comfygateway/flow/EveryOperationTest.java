package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every operation that the gateway's own document lists, asked by everybody who must not be let in.
 * It is generated from the document, so an operation that is added is asked as well; one that does
 * not say which scopes it needs, or has a parameter that this test cannot fill, fails it.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryOperationTest {
  private static final String ADMIN = TestGateway.ADMIN_KEY;
  private static final Set<String> SCOPES = Set.of("run", "raw", "read-all", "publish", "admin");
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

  private TestGateway gateway;
  private String job;
  private JsonNode document;
  private Map<String, String> values;

  /** An operation of the document. */
  private record Operation(String method, String path, JsonNode facts) {
    String name() {
      return method + " " + path + " " + facts.path("operationId").asText();
    }

    boolean needsKey() {
      return !facts.has("security") || facts.path("security").size() > 0;
    }

    boolean isOfOneJob() {
      return !isOfClients() && !isOfOneUpload() && !isOfOneSession() && path.contains("/{id}");
    }

    /** ComfyUI's own API knows jobs by other ids, and says what is wrong as ComfyUI does. */
    boolean isOfClients() {
      return facts.path("tags").path(0).asText().equals("ComfyUI");
    }

    /** No scope finds the uploads of others; UploadsFlowTest asks for one. */
    boolean isOfOneUpload() {
      return path.equals("/uploads/{id}");
    }

    /** An admin's alone; ConsoleSessionsTest ends one. */
    boolean isOfOneSession() {
      return path.equals("/sessions/{id}");
    }

    /**
     * What it finds is named by its query, is not there once a job has ended, or is not there for a
     * caller without prompts.
     */
    boolean mayFindNothing() {
      return isOfOneUpload()
          || isOfOneSession()
          || path.equals("/jobs/{id}/preview")
          || isOfClients() && Set.of("/view", "/api/jobs/{id}").contains(path);
    }

    /** A door says what is wrong as the product does whose API it has. */
    boolean isOfDoor() {
      return facts.path("tags").path(0).asText().startsWith("Door: ");
    }

    /** Its response has no end. */
    boolean isStream() {
      return facts.at("/responses/200/$ref").asText().endsWith("/EventStream");
    }

    boolean documents(int status) {
      return facts.path("responses").has(Integer.toString(status));
    }

    Set<String> scopes() {
      Set<String> scopes = new LinkedHashSet<>();
      facts.path("x-scopes").forEach(scope -> scopes.add(scope.asText()));
      return scopes;
    }
  }

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
    job =
        gateway
            .post(
                "/webhook/smoke?respond=result",
                "{\"inputs\":{\"width\":64,\"height\":64},\"callback\":{\"url\":\"http://127.0.0.1:1/\"}}")
            .id();
    String batch = gateway.post("/batches", "{\"workflow\":\"smoke\",\"jobs\":[{}]}").id();
    String upload =
        gateway
            .postWith("/uploads?filename=every.json", gateway.key(), "{}")
            .json()
            .path("id")
            .asText();
    String server = gateway.getWith("/backends", ADMIN).json().at("/backends/0/name").asText();
    document = gateway.get("/openapi.json").json();
    create("victim", "run");
    Answer alias =
        gateway.send(
            gateway
                .request("/workflows/smoke/aliases/every-operation", ADMIN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"version\":1}")));
    assertThat(alias.status()).as(alias.text()).isEqualTo(200);
    values =
        Map.ofEntries(
            entry("id", job),
            entry("prompt_id", job),
            entry("class", "SaveImage"),
            entry("folder", "checkpoints"),
            entry("/batches id", batch),
            entry("server", server),
            entry("/uploads id", upload),
            entry(
                "/deliveries id", gateway.job(job).path("deliveries").path(0).path("id").asText()),
            entry("index", "0"),
            entry("workflow", "smoke"),
            entry("endpoint", "smoke"),
            entry("/workflows name", "smoke"),
            entry("version", "1"),
            entry("alias", "every-operation"),
            entry("/keys name", "every-victim"),
            entry("/destinations name", "archive"),
            entry("asset", "docs.css"));
  }

  private static Map.Entry<String, String> entry(String name, String value) {
    return Map.entry(name, value);
  }

  private String create(String name, String scopes, String... more) {
    String body =
        "{\"name\":\"%s\",\"scopes\":[\"%s\"]%s}"
            .formatted(
                "every-" + name,
                scopes.replace("+", "\",\""),
                more.length == 0 ? "" : "," + more[0]);
    Answer answer = gateway.postWith("/keys", ADMIN, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.json().path("secret").asText();
  }

  private List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method -> {
                          if (METHODS.contains(method.getKey())) {
                            operations.add(
                                new Operation(
                                    method.getKey().toUpperCase(java.util.Locale.ROOT),
                                    path.getKey(),
                                    method.getValue()));
                          }
                        }));
    return operations;
  }

  private String url(Operation operation) {
    String url = operation.path();
    for (String name : operation.path().replaceAll("[^{]*\\{([^}]*)}[^{]*", "$1 ").split(" ")) {
      if (!name.isEmpty() && url.contains("{")) {
        String first = operation.path().replaceFirst("(/[^/{]+).*", "$1");
        String value = values.getOrDefault(first + " " + name, values.get(name));
        assertThat(value)
            .as("%s has the parameter %s: give this test a value", operation.name(), name)
            .isNotNull();
        url = url.replace("{" + name + "}", value);
      }
    }
    return url;
  }

  private Answer ask(Operation operation, String query, String... headers) {
    HttpRequest.Builder request =
        gateway.request(url(operation) + query, "").header("Content-Type", "application/json");
    boolean hasBody = operation.facts().has("requestBody");
    request.method(
        operation.method(), hasBody ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
    return gateway.send(headers.length == 0 ? request : request.headers(headers));
  }

  private Answer askWith(Operation operation, String key) {
    return ask(operation, "", "X-API-Key", key);
  }

  private int statusWith(Operation operation, String key) {
    return operation.isStream()
        ? gateway
            .send(gateway.request(url(operation), key).method("HEAD", BodyPublishers.noBody()))
            .status()
        : askWith(operation, key).status();
  }

  private void refused(Operation operation, Answer answer, int status, String type) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    if (operation.isOfDoor() || operation.isOfClients()) {
      assertThat(answer.header("Content-Type")).startsWith("application/json");
      assertThat(answer.json().properties().iterator().next().getKey()).isIn("error", "detail");
    } else {
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
      assertThat(answer.json().path("type").asText()).isEqualTo("/problems/" + type);
    }
    assertThat(operation.documents(status)).as("its document has " + status).isTrue();
    assertThat(answer.header("WWW-Authenticate").isEmpty()).isEqualTo(status != 401);
  }

  @TestFactory
  Stream<DynamicNode> nobody_without_a_key_is_let_in() {
    return each(
        "no key",
        operation -> {
          refused(operation, ask(operation, ""), 401, "unauthenticated");
          refused(operation, ask(operation, "", "X-API-Key", " "), 401, "unauthenticated");
        });
  }

  @TestFactory
  Stream<DynamicNode> nobody_with_a_wrong_key_is_let_in() {
    String wrong = TestGateway.KEY.replace('f', 'e');
    String password = Base64.getEncoder().encodeToString(("alice:" + wrong).getBytes());
    return each(
        "wrong key",
        operation -> {
          refused(operation, askWith(operation, wrong), 401, "unauthenticated");
          for (String value :
              List.of("Bearer " + wrong, "Basic " + password, "Bearer eyJhbGciOiJub25lIn0.e30.")) {
            refused(operation, ask(operation, "", "Authorization", value), 401, "unauthenticated");
          }
        });
  }

  @TestFactory
  Stream<DynamicNode> a_right_key_in_the_URL_is_not_read() {
    String key = URLEncoder.encode(ADMIN, StandardCharsets.UTF_8);
    return each(
        "key in the URL",
        operation ->
            refused(
                operation,
                ask(operation, "?X-API-Key=" + key + "&Authorization=Bearer%20" + key),
                401,
                "unauthenticated"));
  }

  @TestFactory
  Stream<DynamicNode> nobody_with_an_expired_key_is_let_in() {
    String expired =
        create(
            "expired",
            "run+raw+read-all+admin",
            "\"expires_at\":\"" + Instant.now().plusMillis(700) + "\"");
    Awaitility.await().until(() -> gateway.getWith("/keys", expired).status() == 401);
    return each(
        "expired key",
        operation -> refused(operation, askWith(operation, expired), 401, "unauthenticated"));
  }

  @TestFactory
  Stream<DynamicNode> nobody_with_a_revoked_key_is_let_in() {
    String revoked = create("revoked", "run+raw+read-all+admin");
    assertThat(gateway.getWith("/keys", revoked).status()).isEqualTo(200);
    gateway.send(gateway.request("/keys/every-revoked", ADMIN).DELETE());
    return each(
        "revoked key",
        operation -> refused(operation, askWith(operation, revoked), 401, "unauthenticated"));
  }

  @TestFactory
  Stream<DynamicNode> nobody_without_its_scope_is_let_in() {
    return each(
        "wrong scope",
        operation -> {
          Set<String> others = new LinkedHashSet<>(SCOPES);
          others.removeAll(operation.scopes());
          others.remove("admin");
          assertThat(operation.scopes()).as("x-scopes").isNotEmpty().isSubsetOf(SCOPES);
          String name = "without-" + operation.facts().path("operationId").asText();
          // Where each of them will do, a key for URLs has none.
          String key = create(name, others.isEmpty() ? "url" : String.join("+", others));
          refused(operation, askWith(operation, key), 403, "forbidden");
        });
  }

  @TestFactory
  Stream<DynamicNode> another_callers_job_does_not_exist() {
    String other = create("other", "run+raw");
    String reader = create("reader", "run+raw+read-all");
    return each(
        "another caller's job",
        operation -> {
          if (operation.isOfOneJob()) {
            Answer answer = askWith(operation, other);
            assertThat(answer.status()).as(answer.text()).isEqualTo(404);
            if (!operation.isOfDoor()) {
              assertThat(answer.json().path("type").asText()).startsWith("/problems/unknown-");
            }
            assertThat(operation.documents(404)).isTrue();
            assertThat(statusWith(operation, reader))
                .isEqualTo(
                    "GET".equals(operation.method()) && !operation.mayFindNothing() ? 200 : 404);
          }
        });
  }

  @TestFactory
  Stream<DynamicNode> those_who_may_are_let_in() {
    return each(
        "the right scope",
        operation -> {
          String id = operation.facts().path("operationId").asText();
          for (String scope : operation.scopes()) {
            String key =
                operation.isOfOneJob() && "run".equals(scope)
                    ? gateway.key()
                    : create("with-" + scope + "-" + id, scope);
            int status = statusWith(operation, key);
            assertThat(operation.mayFindNothing() && status == 404 ? 200 : status)
                .as(scope)
                .isNotIn(401, 403, 404, 405, 429)
                .isLessThan(500);
          }
        });
  }

  @Test
  void what_needs_no_key_is_said_so_in_the_document_and_works() {
    List<Operation> open =
        operations().stream().filter(operation -> !operation.needsKey()).toList();

    assertThat(open).hasSizeGreaterThan(3);
    open.forEach(
        operation ->
            // Signing in wants a key in its body, and signing out says nothing.
            assertThat(ask(operation, "").status()).as(operation.name()).isIn(200, 204, 422));
  }

  private interface Check {
    void on(Operation operation) throws Exception;
  }

  private Stream<DynamicNode> each(String who, Check check) {
    List<DynamicNode> tests = new ArrayList<>();
    for (Operation operation : operations()) {
      if (operation.needsKey()) {
        tests.add(
            DynamicTest.dynamicTest(operation.name() + ": " + who, () -> check.on(operation)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(10);
    return tests.stream();
  }
}
