package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.custom.TimeLimitedRoute;
import io.comfygateway.custom.UnloadedFiles;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes of an operator's own, as they stand in routes/custom/. */
class CustomRoutesTest {
  private static final String CAT = "{'inputs': {'prompt': 'a cat'}}";
  private static final String GRAPH =
      "{'prompt': {'1': {'class_type': 'SaveImage', 'inputs': {'filename_prefix': 'a'}}}}";

  @TempDir private static Path folder;
  private static SubmissionFixture fixture;
  private final UnloadedFiles unloaded = new UnloadedFiles();
  private CustomRoutes custom;

  @BeforeAll
  static void open() {
    fixture = new SubmissionFixture(folder);
    fixture.camel.start();
  }

  @AfterAll
  static void close() throws IOException {
    fixture.close();
  }

  @BeforeEach
  void callRoutes() {
    custom = customRoutes(Duration.ofSeconds(30));
  }

  @AfterEach
  void removeRoutes() throws Exception {
    for (Route route : List.copyOf(fixture.camel.getRoutes())) {
      fixture.camel.getRouteController().stopRoute(route.getRouteId());
      fixture.camel.removeRoute(route.getRouteId());
    }
  }

  private CustomRoutes customRoutes(Duration longest) {
    return new CustomRoutes(
        fixture.camel,
        fixture.content,
        fixture.graphSource,
        new TimeLimitedRoute(fixture.camel, longest),
        unloaded);
  }

  private void route(String name, String steps) throws Exception {
    String yaml =
        """
        - route:
            id: %s
            from:
              uri: direct:%s
              steps:
        """
                .formatted(name, name)
            + steps.indent(8);
    load(name, yaml);
  }

  private static void load(String name, String yaml) throws Exception {
    Resource resource = ResourceHelper.fromString(name + ".camel.yaml", yaml);
    PluginHelper.getRoutesLoader(fixture.camel).loadRoutes(resource);
  }

  private Problem refused(Exchange exchange) {
    return catchThrowableOfType(Problem.class, () -> custom.request(exchange));
  }

  @Test
  void without_routes_nothing_changes() {
    Exchange exchange = fixture.read("txt2img", CAT);
    Object before = exchange.getMessage().getBody();

    custom.request(exchange);
    assertThat(exchange.getMessage().getBody()).isSameAs(before);
    fixture.graphSource.find(exchange);
    Object graph = exchange.getProperty("graph");
    custom.graph(exchange);

    assertThat(exchange.getProperty("graph")).isSameAs(graph);
  }

  @Test
  void a_route_that_is_stopped_is_passed_over() throws Exception {
    route("custom-request", "- setBody: {constant: no}");
    fixture.camel.getRouteController().stopRoute("custom-request");
    Exchange exchange = fixture.read("txt2img", CAT);

    custom.request(exchange);

    assertThat(SubmissionFixture.body(exchange).at("/inputs/prompt").asText()).isEqualTo("a cat");
  }

  @Test
  void nothing_is_taken_while_the_file_of_a_step_cannot_be_loaded() {
    List<String> files = new ArrayList<>(List.of("custom/moderation.camel.yaml"));
    unloaded.from(() -> files);
    Exchange exchange = fixture.read("txt2img", CAT);

    Problem problem = refused(exchange);

    assertThat(problem.type()).isEqualTo(ProblemType.CUSTOM_ROUTE_FAILED);
    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem.headers()).containsKey("Retry-After");
    assertThat(problem).hasMessageContaining("routes/custom/moderation.camel.yaml");
    files.clear();
    custom.request(exchange);
  }

  @Test
  void a_word_filter_sees_a_prompt_at_the_top_of_the_request() throws Exception {
    route(
        "custom-request",
        """
        - filter:
            jq: '.inputs.prompt == "a cat"'
            steps:
              - setHeader: {name: GatewayProblem, constant: "422"}
        """);

    assertThat(refused(fixture.read("txt2img", "{'prompt': 'a cat'}")).status()).isEqualTo(422);
    custom.request(fixture.read("txt2img", "{'prompt': 'a dog'}"));
  }

  @Test
  void what_is_given_twice_is_refused_as_it_is_without_a_route() throws Exception {
    route("custom-request", "- log: x");
    Exchange exchange = fixture.read("txt2img", "{'prompt': 'a', 'inputs': {'prompt': 'b'}}");

    custom.request(exchange);
    Problem problem = catchThrowableOfType(Problem.class, () -> fixture.graphSource.find(exchange));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/prompt");
  }

  @Test
  void jq_adds_a_style_to_each_prompt() throws Exception {
    route("custom-request", "- setBody: {jq: '.inputs.prompt += \", studio light\"'}");
    Exchange exchange = fixture.read("txt2img", "{'inputs': {'prompt': 'a \\u0022cat\\u0022'}}");

    custom.request(exchange);
    fixture.graphSource.find(exchange);
    fixture.inputs.apply(exchange);

    assertThat(SubmissionFixture.graph(exchange).at("/6/inputs/text").asText())
        .isEqualTo("a \"cat\", studio light");
  }

  @Test
  void it_sees_who_calls_and_for_what_but_no_header_of_the_caller() throws Exception {
    route(
        "custom-request",
        """
        - setBody:
            jq:
              expression: '{inputs: {prompt: ([.name] + .scopes | join(" "))}}'
              source: property:caller
        - setProperty:
            name: workflow
            simple: "img2img"
        - removeHeaders: {pattern: "Content-Type"}
        - filter:
            simple: "${headers.size} > 0"
            steps:
              - setHeader: {name: GatewayProblem, constant: "500"}
        """);
    Exchange exchange = fixture.read("txt2img", CAT);
    exchange.getMessage().setHeader("X-Secret", "s");

    custom.request(exchange);

    assertThat(SubmissionFixture.body(exchange).at("/inputs/prompt").asText())
        .isEqualTo("alice raw run");
    assertThat(exchange.getProperty("workflow")).isEqualTo("img2img");
  }

  @Test
  void it_may_answer_in_place_of_the_gateway() throws Exception {
    route(
        "custom-request",
        """
        - setBody: {constant: "We do not draw cats."}
        - setHeader: {name: GatewayProblem, constant: "451"}
        """);

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem.status()).isEqualTo(451);
    assertThat(problem.type()).isEqualTo(ProblemType.REFUSED);
    assertThat(problem).hasMessage("We do not draw cats.");
  }

  @Test
  void its_problem_may_name_fields() throws Exception {
    route(
        "custom-request",
        """
        - setBody:
            jq: '{detail: "No cats.", errors: [{pointer: "/inputs/prompt", detail: "is a cat"}]}'
        - setHeader: {name: GatewayProblem, constant: "422"}
        """);

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem).hasMessage("No cats.");
    assertThat(problem.faults()).containsExactly(new Fault("/inputs/prompt", "is a cat"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"200", "42", "no", "4220"})
  void a_status_that_is_no_error_is_a_fault_of_the_route(String status) throws Exception {
    route(
        "custom-request", "- setHeader: {name: GatewayProblem, constant: '%s'}".formatted(status));

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem.type()).isEqualTo(ProblemType.CUSTOM_ROUTE_FAILED);
    assertThat(problem).hasMessageContaining("custom-request").hasMessageContaining(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- setBody: {constant: '{\"inputs\": '}",
        "- setBody: {constant: '[1, 2]'}",
        "- setBody: {constant: ''}",
        "- setBody: {simple: '{\"inputs\": {\"a\": 1, \"a\": 2}}'}",
        "- setBody: {jq: '.inputs.prompt'}"
      })
  void json_that_it_spoils_is_a_400_that_names_it(String steps) throws Exception {
    route("custom-request", steps);

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem.status()).isEqualTo(400);
    assertThat(problem).hasMessageContaining("custom-request");
  }

  @Test
  void jq_that_cannot_read_the_request_is_a_400_that_names_the_route() throws Exception {
    route("custom-request", "- setBody: {jq: '.inputs.prompt + 1'}");

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem.status()).isEqualTo(400);
    assertThat(problem).hasMessageContaining("custom-request").hasMessageNotContaining("Exception");
  }

  @Test
  void a_fault_of_the_route_is_a_503_that_names_it() throws Exception {
    route(
        "custom-request",
        "- throwException: {exceptionType: java.io.IOException, message: secret.internal}");

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem.headers()).containsKey("Retry-After");
    assertThat(problem).hasMessageContaining("custom-request").hasMessageNotContaining("secret");
  }

  @Test
  void a_route_that_hangs_is_interrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    fixture
        .camel
        .getRegistry()
        .bind(
            "hang",
            (Processor)
                exchange -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                  }
                });
    route("custom-request", "- process: {ref: hang}");
    custom = customRoutes(Duration.ofMillis(50));

    Problem problem = refused(fixture.read("txt2img", CAT));

    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem).hasMessageContaining("custom-request of this gateway took longer");
    interrupted.await();
  }

  @Test
  void what_it_adds_is_checked_like_the_callers_own() throws Exception {
    route("custom-request", "- setBody: {jq: '.promt = 1'}");
    Exchange exchange = fixture.read("txt2img", CAT);

    custom.request(exchange);
    Problem problem = catchThrowableOfType(Problem.class, () -> fixture.graphSource.find(exchange));

    assertThat(problem).hasMessageContaining("did you mean \"prompt\"?");
  }

  @Test
  void a_workflow_that_the_key_is_not_for_cannot_be_reached_through_it() throws Exception {
    route(
        "custom-request",
        """
        - removeProperty: {name: workflow}
        - setBody: {jq: '{prompt: {"1": {class_type: "SaveImage", inputs: {}}}}'}
        """);
    Exchange exchange =
        fixture.received("txt2img", "{}".getBytes(StandardCharsets.UTF_8), Map.of());
    exchange.setProperty("caller", new Caller("bob", Set.of(Scope.RUN)));
    fixture.reader.read(exchange, new Caller("bob", Set.of(Scope.RUN)));

    custom.request(exchange);
    Problem problem = catchThrowableOfType(Problem.class, () -> fixture.graphSource.find(exchange));

    assertThat(problem.type()).isEqualTo(ProblemType.FORBIDDEN);
  }

  @Test
  void the_examples_of_the_page_work() throws Exception {
    List<String> examples = examples();
    assertThat(examples).hasSize(3);
    load("watermark", examples.get(2));
    assertThat(fixture.camel.getRoute("watermark").getEndpoint().getEndpointUri())
        .isEqualTo("direct://custom-output");
    removeRoutes();
    load("style", examples.get(0));
    Exchange styled = fixture.read("txt2img", CAT);
    custom.request(styled);
    assertThat(SubmissionFixture.body(styled).at("/inputs/prompt").asText())
        .isEqualTo("a cat, studio light, 85 mm");
    for (String prompt :
        List.of("{'inputs': {}}", "{'inputs': null}", "{'inputs': {'prompt': 7}}")) {
      Exchange without = fixture.read("txt2img", prompt);
      Object sent = SubmissionFixture.body(without).deepCopy();
      custom.request(without);
      assertThat(SubmissionFixture.body(without)).isEqualTo(sent);
    }
    Exchange graph = fixture.read(null, GRAPH);
    custom.request(graph);
    assertThat(SubmissionFixture.body(graph).at("/prompt/1/class_type").asText())
        .isEqualTo("SaveImage");
    Exchange flat = fixture.read("txt2img", "{'prompt': 'a cat', 'seed': 1}");
    custom.request(flat);
    fixture.graphSource.find(flat);
    assertThat(SubmissionFixture.body(flat).at("/inputs/prompt").asText())
        .isEqualTo("a cat, studio light, 85 mm");
    removeRoutes();

    HttpServer service = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    try {
      service.createContext("/check", CustomRoutesTest::judge);
      service.start();
      load(
          "moderation",
          examples
              .get(1)
              .replace(
                  "https://moderation.example",
                  "http://127.0.0.1:" + service.getAddress().getPort()));
      Exchange dog = fixture.read("txt2img", CAT.replace("cat", "dog"));

      custom.request(dog);
      Problem problem = refused(fixture.read("txt2img", CAT));

      assertThat(SubmissionFixture.body(dog).at("/inputs/prompt").asText()).isEqualTo("a dog");
      assertThat(problem.status()).isEqualTo(422);
      assertThat(problem).hasMessage("This prompt is not allowed here.");
    } finally {
      service.stop(0);
    }
  }

  private static void judge(HttpExchange call) throws IOException {
    String request = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean isJson = "application/json".equals(call.getRequestHeaders().getFirst("Content-Type"));
    byte[] verdict =
        "{\"flagged\": %s}"
            .formatted(isJson && request.contains("cat"))
            .getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(200, verdict.length);
    call.getResponseBody().write(verdict);
    call.close();
  }

  private static List<String> examples() throws IOException {
    return Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("docs/routes.md")))
        .results()
        .map(block -> block.group(1))
        .filter(yaml -> yaml.contains("direct:custom-"))
        .toList();
  }

  @Test
  void a_graph_is_changed_by_jq() throws Exception {
    route(
        "custom-graph",
        """
        - setProperty:
            name: graph
            jq:
              expression: '."5".inputs.width = 768'
              source: property:graph
        """);
    Exchange exchange = fixture.found("txt2img", "{'inputs': {'prompt': 'a cat', 'height': 64}}");

    custom.graph(exchange);
    fixture.inputs.apply(exchange);

    assertThat(SubmissionFixture.graph(exchange).at("/6/inputs/text").asText()).isEqualTo("a cat");
    assertThat(SubmissionFixture.graph(exchange).at("/5/inputs/height").asInt()).isEqualTo(64);
  }

  @Test
  void a_graph_in_text_is_taken_too() throws Exception {
    route(
        "custom-graph",
        "- setProperty: {name: graph, constant: '{\"7\": {\"class_type\": \"X\", \"inputs\": {}}}'}");
    Exchange exchange = fixture.found(null, GRAPH);

    custom.graph(exchange);

    assertThat(SubmissionFixture.graph(exchange).at("/7/class_type").asText()).isEqualTo("X");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- setProperty: {name: graph, constant: '{\"1\": '}",
        "- setProperty: {name: graph, constant: '[]'}",
        "- setProperty: {name: graph, constant: '{\"1\": {\"inputs\": {}}}'}",
        "- removeProperty: {name: graph}",
        "- setBody: {constant: ''}"
      })
  void a_graph_that_it_spoils_is_an_error_that_names_it(String steps) throws Exception {
    route("custom-graph", steps);
    Exchange exchange = fixture.found(null, GRAPH);

    Problem problem = catchThrowableOfType(Problem.class, () -> custom.graph(exchange));

    assertThat(problem.status()).isBetween(400, 422);
    assertThat(problem).hasMessageContaining("custom-graph");
  }

  @Test
  void a_node_class_that_is_not_allowed_cannot_be_added() throws Exception {
    route(
        "custom-graph",
        "- setProperty: {name: graph, constant: '{\"1\": {\"class_type\": \"IDENode\", \"inputs\": {}}}'}");
    Exchange exchange = fixture.found(null, GRAPH);

    Problem problem = catchThrowableOfType(Problem.class, () -> custom.graph(exchange));

    assertThat(problem.type()).isEqualTo(ProblemType.NODE_NOT_ALLOWED);
    assertThat(problem).hasMessageContaining("custom-graph");
  }

  @Test
  void a_node_that_an_input_needs_cannot_be_removed() throws Exception {
    route(
        "custom-graph",
        "- setProperty: {name: graph, jq: {expression: 'del(.\"6\")', source: 'property:graph'}}");
    Exchange exchange = fixture.found("txt2img", CAT);

    custom.graph(exchange);
    Problem problem = catchThrowableOfType(Problem.class, () -> fixture.inputs.apply(exchange));

    assertThat(problem).hasMessageContaining("removed node 6");
  }
}
