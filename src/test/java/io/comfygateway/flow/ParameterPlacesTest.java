package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.route.Contract;
import io.comfygateway.route.Contract.Operation;
import io.comfygateway.route.Contract.Parameter;
import io.comfygateway.route.Contract.Place;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation of the contract reads each of its parameters from the place that the contract
 * names: each name of any operation is sent in every other place, with a value that would change
 * the answer. A parameter that is added has to be given one here.
 */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParameterPlacesTest {
  private static final String ADMIN = TestGateway.ADMIN_KEY;
  private static final Contract CONTRACT = Contract.shipped();

  private static final Map<String, String> MISLEADING =
      Map.ofEntries(
          Map.entry("id", "00000000-0000-4000-8000-000000000000"),
          Map.entry("index", "7"),
          Map.entry("workflow", "no-such-workflow"),
          Map.entry("name", "nobody"),
          Map.entry("asset", "no-such-file.css"),
          Map.entry("respond", "bogus"),
          Map.entry("status", "bogus"),
          Map.entry("metadata", "bogus"),
          Map.entry("caller", "bob"),
          Map.entry("limit", "0"),
          Map.entry("delivery", "bogus"),
          Map.entry("destination", "no-such-destination"),
          Map.entry("cursor", "bogus"),
          Map.entry("created_after", "bogus"),
          Map.entry("created_before", "bogus"),
          Map.entry("finished_after", "bogus"),
          Map.entry("finished_before", "bogus"),
          Map.entry("tried_after", "bogus"),
          Map.entry("tried_before", "bogus"),
          Map.entry("tried_result", "bogus"),
          Map.entry("kind", "bogus"),
          Map.entry("target", "bogus"),
          Map.entry("seed", "bogus"),
          Map.entry("span", "bogus"),
          Map.entry("server", "no-such-server"),
          Map.entry("ticket", "bogus"),
          Map.entry("n", "7"),
          Map.entry("last_event_id", "bogus"),
          Map.entry("Last-Event-ID", "bogus"),
          Map.entry("expires", "1"),
          Map.entry("signature", "bogus"),
          Map.entry("format", "bogus"),
          Map.entry("quality", "bogus"),
          Map.entry("width", "bogus"),
          Map.entry("height", "bogus"),
          Map.entry("Range", "bytes=0-0"),
          Map.entry("If-Range", "\"bogus\""),
          Map.entry("If-None-Match", "*"),
          Map.entry("Prefer", "wait=1"),
          Map.entry("Idempotency-Key", "k".repeat(300)),
          Map.entry("prompt_id", "00000000-0000-4000-8000-000000000000"),
          Map.entry("class", "NoSuchClass"),
          Map.entry("folder", "no-such-folder"),
          Map.entry("filename", "no-such-file.png"),
          Map.entry("Content-Disposition", "bogus"),
          Map.entry("subfolder", "no-such-folder"),
          Map.entry("type", "bogus"),
          Map.entry("preview", "bogus"),
          Map.entry("channel", "a"),
          Map.entry("max_items", "0"),
          Map.entry("offset", "1000"),
          Map.entry("workflow_id", "bogus"),
          Map.entry("Accept-Encoding", "gzip"),
          Map.entry("sort_by", "bogus"),
          Map.entry("sort_order", "bogus"),
          Map.entry("version", "7"),
          Map.entry("alias", "no-such-alias"),
          Map.entry("from", "7"),
          Map.entry("to", "7"),
          Map.entry("If-Match", "\"7\""));

  private TestGateway gateway;
  private Map<String, String> values;
  private String limited;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
    String job = gateway.postWith("/webhook/smoke?respond=result", ADMIN, "{}").id();
    gateway.postWith("/keys", ADMIN, "{\"name\":\"places-victim\",\"scopes\":[\"run\"]}");
    limited =
        gateway
            .postWith(
                "/keys",
                ADMIN,
                "{\"name\":\"places-limited\",\"scopes\":[\"run\",\"raw\"],\"workflows\":[\"smoke\"]}")
            .json()
            .path("secret")
            .asText();
    String server = gateway.getWith("/backends", ADMIN).json().at("/backends/0/name").asText();
    values =
        Map.ofEntries(
            Map.entry("id", job),
            Map.entry("prompt_id", job),
            Map.entry("class", "SaveImage"),
            Map.entry("folder", "checkpoints"),
            Map.entry("index", "0"),
            Map.entry("server", server),
            Map.entry("workflow", "smoke"),
            Map.entry("name", "smoke"),
            Map.entry("version", "1"),
            Map.entry("alias", "places"),
            Map.entry("/keys/{name}", "places-victim"),
            Map.entry("/keys/{name}/rotate", "places-victim"),
            Map.entry("asset", "docs.css"));
  }

  /** Every name that any operation reads, as it is sent. */
  private static Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (Operation operation : CONTRACT.operations()) {
      operation.parameters().stream().map(Parameter::name).forEach(names::add);
    }
    return names;
  }

  private static String sent(String name) {
    return "metadata".equals(name) ? "metadata.x" : name;
  }

  private String url(Operation operation) {
    String url = operation.path();
    for (Parameter parameter : operation.of(Place.PATH)) {
      String value = values.getOrDefault(operation.path(), values.get(parameter.name()));
      assertThat(value).as("give %s a value here", parameter.name()).isNotNull();
      url = url.replace("{" + parameter.name() + "}", value);
    }
    return url;
  }

  private Answer ask(Operation operation, String query, String... headers) {
    HttpRequest.Builder request = gateway.request(url(operation) + query, ADMIN);
    boolean hasBody = "POST".equals(operation.method());
    // The response of a stream has no end, unless it is refused.
    boolean isEndless = operation.id().startsWith("stream") && query.isEmpty();
    request.method(
        isEndless ? "HEAD" : operation.method(),
        hasBody ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
    return gateway.send(headers.length == 0 ? request : request.headers(headers));
  }

  // What a parameter that was read from a wrong place would change.
  private static List<Object> facts(Answer answer) {
    List<Object> facts = new ArrayList<>();
    facts.add(answer.status());
    facts.add(answer.header("Content-Type"));
    facts.add(answer.header("Content-Range"));
    if (answer.header("Content-Type").contains("json")) {
      JsonNode json = answer.json();
      List.of(
              "/type",
              "/detail",
              "/error",
              "/data",
              "/workflow",
              "/name",
              "/title",
              "/jobs/0/id",
              "/keys/0/name")
          .forEach(pointer -> facts.add(json.at(pointer)));
    }
    return facts;
  }

  @TestFactory
  Stream<DynamicTest> nothing_is_read_from_a_place_that_is_not_its_own() {
    assertThat(CONTRACT.operations()).hasSizeGreaterThan(15);
    return CONTRACT.operations().stream()
        // Its name is gone afterwards, so it cannot be asked twice.
        .filter(operation -> !Set.of("revokeKey", "removeWorkflowAlias").contains(operation.id()))
        .flatMap(
            operation ->
                Stream.of(Place.QUERY, Place.HEADER)
                    .map(
                        place ->
                            DynamicTest.dynamicTest(
                                operation.id() + " " + place, () -> misled(operation, place))));
  }

  /** The operations of doors, which are in the document of a gateway that has them switched on. */
  @TestFactory
  Stream<DynamicTest> a_door_reads_nothing_but_its_path_its_body_and_the_headers_that_it_names() {
    JsonNode paths = gateway.get("/openapi.json").json().path("paths");
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        // A cancelled job cannot be cancelled twice.
        if (!path.getKey().contains("/cancel/")
            && method.getValue().at("/tags/0").asText().startsWith("Door: ")) {
          String verb = method.getKey().toUpperCase(Locale.ROOT);
          String url =
              path.getKey()
                  .replace("{workflow}", "smoke")
                  .replace("{endpoint}", "smoke")
                  .replace("{id}", values.get("id"));
          tests.add(DynamicTest.dynamicTest(verb + " " + url, () -> misledDoor(verb, url)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(4);
    return tests.stream();
  }

  // All names at once: a door that reads none of them answers as before.
  private void misledDoor(String method, String url) {
    List<String> headers = new ArrayList<>();
    StringJoiner query = new StringJoiner("&", "?", "");
    for (String name : names()) {
      query.add(misleading(name));
      if (!"Idempotency-Key".equals(name)) {
        headers.addAll(List.of(sent(name), MISLEADING.get(name)));
      }
    }
    List<Object> right = facts(askDoor(method, url));

    assertThat(facts(askDoor(method, url, headers.toArray(String[]::new)))).isEqualTo(right);
    assertThat(facts(askDoor(method, url + query))).isEqualTo(right);
  }

  private Answer askDoor(String method, String url, String... headers) {
    HttpRequest.Builder request = gateway.request(url, ADMIN);
    request.method(
        method, "POST".equals(method) ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
    return gateway.send(headers.length == 0 ? request : request.headers(headers));
  }

  // Who needs no key is let through with any query, as what monitors and browsers add to it; and
  // the clients of ComfyUI's own API add what they like.
  private static boolean isGuarded(Operation operation) {
    return !operation.id().startsWith("comfyui")
        && !Set.of(
                "createSession",
                "endSession",
                "healthLive",
                "healthReady",
                "getOpenApi",
                "getDocs",
                "getDocsAsset")
            .contains(operation.id());
  }

  private void misled(Operation operation, Place place) {
    List<Object> right = facts(ask(operation, ""));
    Set<String> others = names();
    operation.of(place).stream().map(Parameter::name).forEach(others::remove);
    assertThat(MISLEADING.keySet()).as("give it a value here").containsAll(others);
    assertThat(others).isNotEmpty();

    if (place == Place.HEADER) {
      // All at once: an operation that reads none of them answers as before.
      String[] headers =
          others.stream()
              .flatMap(name -> Stream.of(sent(name), MISLEADING.get(name)))
              .toArray(String[]::new);
      assertThat(facts(ask(operation, "", headers))).as("headers %s", others).isEqualTo(right);
      return;
    }
    if (isGuarded(operation)) {
      // That it refuses each of the others is tested where it decides, in UnknownQueryTest.
      String name = others.iterator().next();
      Answer answer = ask(operation, "?" + misleading(name));
      assertThat(answer.status()).as("%s in %s", name, place).isEqualTo(400);
      assertThat(answer.json().path("detail").asText())
          .startsWith("There is no query parameter " + sent(name));
    } else {
      String query =
          others.stream()
              .map(ParameterPlacesTest::misleading)
              .collect(Collectors.joining("&", "?", ""));
      assertThat(facts(ask(operation, query))).as("query %s", query).isEqualTo(right);
    }
  }

  private static String misleading(String name) {
    return sent(name) + "=" + MISLEADING.get(name).replace("\"", "%22");
  }

  @Test
  void a_key_for_some_workflows_reaches_no_other_by_a_name_in_another_place() {
    String txt2img = "{\"inputs\":{\"prompt\":\"x\"}}";
    assertThat(gateway.postWith("/webhook/txt2img", limited, txt2img).status()).isEqualTo(403);

    List.of(
            gateway.postWith("/webhook?workflow=txt2img", limited, txt2img),
            gateway.postWith("/webhook/txt2img?workflow=smoke", limited, txt2img),
            gateway.getWith("/workflows/txt2img?workflow=smoke&name=smoke", limited))
        .forEach(answer -> assertThat(answer.status()).as(answer.text()).isEqualTo(400));
    assertThat(gateway.postWith("/webhook", limited, txt2img, "workflow", "txt2img").status())
        .isEqualTo(422);
    List.of(
            gateway.postWith("/webhook/txt2img", limited, txt2img, "workflow", "smoke"),
            gateway.getWith("/workflows/txt2img", limited, "workflow", "smoke", "name", "smoke"))
        .forEach(answer -> assertThat(answer.status()).as(answer.text()).isEqualTo(403));
  }

  @Test
  void a_form_field_is_no_parameter() {
    String form = "workflow=txt2img&respond=bogus&id=7&prompt=%7B%7D";

    Answer answer =
        gateway.send(
            gateway
                .request("/webhook", ADMIN)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.text()).doesNotContain("respond is");
  }

  @Test
  void a_query_parameter_that_stands_twice_is_refused() {
    Answer answer = gateway.get("/jobs?status=failed&status=queued");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains("\"status\"").contains("once");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/KEYS",
        "//keys",
        "/keys/",
        "/docs/../keys",
        "/docs/%2e%2e/keys",
        "/./keys",
        "/%6beys",
        "/%4bEYS",
        "/Health/live",
        "/METRICS",
        "/jobs/"
      })
  void a_path_is_matched_exactly(String path) {
    try (RawConnection connection = RawConnection.to(gateway)) {
      String answer =
          connection
              .send(
                  "GET "
                      + path
                      + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nX-API-Key: "
                      + ADMIN
                      + "\r\n\r\n")
              .untilClosed();

      assertThat(answer).startsWith("HTTP/1.1 404 ").contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/workflows/smoke%401, 200",
    "/workflows/smoke@1, 200",
    "/workflows/%73moke, 200",
    "/workflows/smoke%2540, 404"
  })
  void a_parameter_of_the_path_is_decoded(String path, int status) {
    assertThat(gateway.get(path).status()).isEqualTo(status);
  }

  @Test
  void a_version_with_an_encoded_at_sign_runs() {
    Answer answer = gateway.post("/webhook/smoke%401", "{}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.json().path("workflow").asText()).isEqualTo("smoke@1");
  }

  @Test
  void a_header_field_that_others_use_for_something_else_changes_nothing() {
    Answer answer =
        gateway.getWith(
            "/jobs/" + values.get("id") + "/outputs/0", ADMIN, "Signature", "sig1=:abcdef:");

    assertThat(answer.status()).isEqualTo(200);
  }
}
