package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.job.Job;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each step of a submission, without a gateway. */
class SubmissionStepsTest {
  private static final String CAT = "{'inputs': {'prompt': 'a cat'}}";
  private static final String GRAPH =
      "'prompt': {'1': {'class_type': 'KSampler', 'inputs': {'seed': 7, 'steps': 20}},"
          + " '2': {'class_type': 'SaveImage', 'inputs': {'filename_prefix': 'a'}}}";

  @TempDir private static Path folder;
  private static SubmissionFixture fixture;

  @BeforeAll
  static void open() {
    fixture = new SubmissionFixture(folder);
  }

  @AfterAll
  static void close() throws IOException {
    fixture.close();
  }

  private static Problem problem(Runnable step) {
    return catchThrowableOfType(Problem.class, step::run);
  }

  // Reading the request

  @Test
  void the_body_of_a_request_that_was_read_is_its_json() {
    Exchange exchange =
        fixture.received("txt2img", bytes(CAT), Map.of("Prefer", "wait=5", "Accept", "image/png"));

    fixture.reader.read(exchange, SubmissionFixture.caller("alice"));

    assertThat(SubmissionFixture.body(exchange)).isEqualTo(json(CAT));
    assertThat(exchange.getProperty("workflow")).isEqualTo("txt2img");
    assertThat(exchange.getProperty("wait")).isEqualTo(5L);
    assertThat(exchange.getProperty("binary")).isEqualTo(true);
  }

  @Test
  void a_request_with_a_graph_names_no_workflow() {
    assertThat(fixture.read(null, "{" + GRAPH + "}").getProperty("workflow")).isNull();
  }

  @Test
  void a_body_that_is_no_json_is_refused_with_its_place() {
    Exchange exchange = fixture.received("txt2img", bytes("{'inputs': "), Map.of());

    Problem problem =
        problem(() -> fixture.reader.read(exchange, SubmissionFixture.caller("alice")));

    assertThat(problem.type()).isEqualTo(ProblemType.INVALID_JSON);
    assertThat(problem).hasMessageContaining("line 1");
  }

  @ParameterizedTest
  @CsvSource({"' ', 1 to 255", "{{ $json.id }}, not evaluated"})
  void an_idempotency_key_that_cannot_be_one_is_refused(String key, String why) {
    Exchange exchange = fixture.received("txt2img", bytes(CAT), Map.of("Idempotency-Key", key));

    Problem problem =
        problem(() -> fixture.reader.read(exchange, SubmissionFixture.caller("alice")));

    assertThat(problem).hasMessageContaining(why);
  }

  @Test
  void a_file_of_a_form_is_shown_as_json_and_given_to_its_input() throws IOException {
    Path file = Files.writeString(folder.resolve("upload"), "bytes");
    Exchange exchange = fixture.received(null, null, Map.of());
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "multipart/form-data; boundary=x");
    exchange.setProperty(
        GatewayHttpConsumer.FORM,
        new ReceivedForm(
            Map.of("prompt", TestJson.object("/workflow/titled.json").toString()),
            List.of(new ReceivedForm.File("10.image", "cat.png", "image/png", file, 5))));

    fixture.reader.read(exchange, SubmissionFixture.caller("alice"));
    JsonNode shown = SubmissionFixture.body(exchange).at("/inputs/10.image");
    // As a step that writes text would pass it on.
    exchange.getMessage().setBody(SubmissionFixture.body(exchange).toString());
    fixture.graphSource.find(exchange);
    fixture.inputs.apply(exchange);

    assertThat(shown.at("/$part").asText()).isEqualTo("10.image");
    assertThat(shown.at("/filename").asText()).isEqualTo("cat.png");
    assertThat(Submission.of(exchange).media)
        .extracting(input -> input.address().toString())
        .containsExactly("10.image");
  }

  @Test
  void a_part_that_the_form_does_not_have_is_no_file() {
    Exchange exchange =
        fixture.found(
            null,
            "{'inputs': {'10.image': {'$part': 'x'}}, 'prompt': %s}"
                .formatted(TestJson.object("/workflow/titled.json")));

    assertThat(problem(() -> fixture.inputs.apply(exchange)).type())
        .isEqualTo(ProblemType.INVALID_INPUT);
  }

  // Replay

  @Test
  void the_same_key_finds_the_job_again_and_another_body_is_refused() throws IOException {
    Exchange first = withKey("{" + GRAPH + "}");
    prepare(first);
    fixture.admission(fixture.clock).store(first);

    Exchange second = withKey("{" + GRAPH + "}");
    fixture.keys.replayJob(second);
    Problem other =
        problem(() -> fixture.keys.replayJob(withKey("{'priority': 1, " + GRAPH + "}")));

    assertThat(second.getProperty("jobId")).isEqualTo(first.getProperty("jobId"));
    assertThat(IdempotencyKeys.isReplayed(second)).isTrue();
    assertThat(IdempotencyKeys.isReplayed(first)).isFalse();
    assertThat(SubmissionFixture.body(second).path("id").asText())
        .isEqualTo(first.getProperty("jobId", String.class));
    assertThat(other.type()).isEqualTo(ProblemType.IDEMPOTENCY_CONFLICT);
  }

  @Test
  void without_a_key_nothing_is_replayed() {
    Exchange exchange = fixture.read(null, "{" + GRAPH + "}");

    fixture.keys.replayJob(exchange);

    assertThat(exchange.getProperty("jobId")).isNull();
    assertThat(SubmissionFixture.body(exchange).has("prompt")).isTrue();
  }

  private Exchange withKey(String request) {
    Exchange exchange =
        fixture.received(null, bytes(request), Map.of("Idempotency-Key", "order-1"));
    fixture.reader.read(exchange, SubmissionFixture.caller("alice"));
    return exchange;
  }

  // Finding the workflow

  @Test
  void the_graph_of_a_workflow_is_the_librarys_and_flat_inputs_are_moved() {
    Exchange exchange = fixture.found("txt2img", "{'prompt': 'a cat', 'width': 64}");

    assertThat(SubmissionFixture.graph(exchange).at("/3/class_type").asText())
        .isEqualTo("KSampler");
    assertThat(SubmissionFixture.body(exchange))
        .isEqualTo(json("{'inputs': {'prompt': 'a cat', 'width': 64}}"));
  }

  @Test
  void a_workflow_that_is_not_there_is_unknown() {
    Exchange exchange = fixture.read("txt3img", "{}");

    assertThat(problem(() -> fixture.graphSource.find(exchange)).type())
        .isEqualTo(ProblemType.UNKNOWN_WORKFLOW);
  }

  @Test
  void a_graph_in_text_is_said_to_be_json_twice() {
    Exchange exchange = fixture.read(null, "{'prompt': '{}'}");

    assertThat(problem(() -> fixture.graphSource.find(exchange)))
        .hasMessageContaining("encoded as JSON twice");
  }

  @Test
  void a_graph_can_be_read_as_text_bytes_and_stream() throws IOException {
    Exchange exchange = fixture.found(null, "{" + GRAPH + "}");
    JsonNode graph = SubmissionFixture.graph(exchange);

    assertThat(TestJson.parse(exchange.getProperty("graph", String.class))).isEqualTo(graph);
    assertThat(TestJson.MAPPER.readTree(exchange.getProperty("graph", byte[].class)))
        .isEqualTo(graph);
    try (InputStream stream = exchange.getProperty("graph", InputStream.class)) {
      assertThat(TestJson.MAPPER.readTree(stream)).isEqualTo(graph);
    }
  }

  // Targets

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'callback_url': 'http://127.0.0.1/'       | CALLBACK_NOT_ALLOWED | /callback_url",
        "'callback': {'url': 'http://10.0.0.1/'}   | CALLBACK_NOT_ALLOWED | /callback/url",
        "'callback': {'format': 'json'}            | INVALID_INPUT        | /callback/url",
        "'s3': {'prefix': 'a/'}                    | INVALID_INPUT        | /s3/destination"
      })
  void a_target_that_may_not_be_is_refused_at_its_field(
      String field, ProblemType type, String pointer) {
    Exchange exchange = fixture.found(null, "{%s, %s}".formatted(field, GRAPH));

    Problem problem = problem(() -> fixture.targets.check(exchange));

    assertThat(problem.type()).isEqualTo(type);
    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly(pointer);
  }

  @Test
  void a_target_that_a_step_sets_after_the_check_is_checked_too() {
    Exchange exchange = fixture.found(null, "{" + GRAPH + "}");
    fixture.targets.check(exchange);
    fixture.inputs.apply(exchange);
    ObjectNode changed = SubmissionFixture.body(exchange).deepCopy();
    exchange.getMessage().setBody(changed.put("callback_url", "http://127.0.0.1/"));

    Problem problem =
        problem(
            () -> {
              try {
                fixture.admission(fixture.clock).store(exchange);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });

    assertThat(problem.type()).isEqualTo(ProblemType.CALLBACK_NOT_ALLOWED);
  }

  @Test
  void a_door_that_names_no_route_for_its_callbacks_stores_no_job() {
    Exchange exchange =
        fixture.found(null, "{'callback_url': 'https://allowed.example/', " + GRAPH + "}");
    exchange.setProperty("callbackMapping", "paint");

    assertThatThrownBy(() -> fixture.targets.check(exchange))
        .hasMessageContaining("there is no route direct:door-callback:paint");
  }

  @Test
  void the_name_of_the_route_for_callbacks_is_kept_with_the_job() throws Exception {
    fixture.camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:door-callback:sketch").stop();
          }
        });
    Exchange exchange =
        fixture.found(null, "{'callback_url': 'https://allowed.example/', " + GRAPH + "}");
    exchange.setProperty("callbackMapping", "sketch");
    fixture.camel.start();

    assertThat(fixture.targets.of(exchange).callback().get().mapping()).contains("sketch");
  }

  // Inputs, defaults, seeds

  @Test
  void inputs_are_set_in_the_graph_and_each_fault_is_named() {
    Exchange good = fixture.applied("txt2img", "{'inputs': {'prompt': 'a cat', 'width': '64'}}");
    Exchange bad = fixture.found("txt2img", "{'inputs': {'width': 'wide', 'height': 1}}");

    assertThat(SubmissionFixture.graph(good).at("/6/inputs/text").asText()).isEqualTo("a cat");
    assertThat(SubmissionFixture.graph(good).at("/5/inputs/width").isIntegralNumber()).isTrue();
    assertThat(problem(() -> fixture.inputs.apply(bad)).faults())
        .extracting(Fault::pointer)
        .contains("/inputs/width", "/inputs/height", "/inputs/prompt");
  }

  @Test
  void an_expression_that_was_not_evaluated_is_a_warning() {
    Exchange exchange = fixture.applied("txt2img", "{'inputs': {'prompt': '={{ $json.prompt }}'}}");

    assertThat(Submission.of(exchange).warnings)
        .extracting(Warning::code)
        .containsExactly("expression_not_evaluated");
  }

  @Test
  void an_input_that_the_graph_is_older_than_gets_its_default(@TempDir Path other)
      throws IOException {
    try (SubmissionFixture known = new SubmissionFixture(other)) {
      known
          .backends
          .nodeClasses()
          .objectInfo(
              known.backends.all().get(0).name(),
              json(
                  "{'KSampler': {'input': {'required': {'seed': ['INT', {}], 'steps': ['INT', {}],"
                      + " 'cfg': ['FLOAT', {'default': 8.0}]}}, 'output': []}}"));
      Exchange exchange = known.applied(null, "{" + GRAPH + "}");

      known.inputs.fillDefaults(exchange);

      assertThat(SubmissionFixture.graph(exchange).at("/1/inputs/cfg").asDouble()).isEqualTo(8.0);
      assertThat(Submission.of(exchange).warnings)
          .extracting(Warning::code)
          .containsExactly("default_filled");
    }
  }

  @Test
  void seeds_are_drawn_kept_or_set() {
    assertThat(seed("'seed': 'keep'")).isEqualTo(7);
    assertThat(seed("'seed': 42")).isEqualTo(42);
    assertThat(seed("'seed': 'random'")).isNotEqualTo(7);
  }

  private long seed(String field) {
    Exchange exchange = fixture.applied(null, "{%s, %s}".formatted(field, GRAPH));
    fixture.inputs.setSeeds(exchange);
    long seed = SubmissionFixture.graph(exchange).at("/1/inputs/seed").asLong();
    assertThat(Submission.of(exchange).seeds).containsKey("1.seed");
    return seed;
  }

  // The check

  @Test
  void a_graph_that_saves_outside_of_the_output_folder_is_refused() {
    Exchange exchange = fixture.applied(null, "{" + GRAPH.replace("'a'", "'../../a'") + "}");

    assertThat(problem(() -> fixture.check.check(exchange)))
        .hasMessageContaining("filename_prefix");
  }

  @Test
  void a_graph_that_a_step_spoils_before_the_check_is_refused() {
    Exchange exchange = fixture.applied(null, "{" + GRAPH + "}");
    exchange.setProperty(
        "graph",
        "{\"1\": {\"class_type\": \"SaveImage\", \"inputs\": {\"filename_prefix\": \"/etc/x\"}}}");

    assertThat(problem(() -> fixture.check.check(exchange)))
        .hasMessageContaining("filename_prefix");
  }

  // Storing

  @Test
  void a_stored_job_is_the_body_and_what_the_steps_made_of_it() throws IOException {
    Exchange exchange =
        fixture.read(
            null, "{'seed': 42, 'priority': 3, 'metadata': {'a': 1}, %s}".formatted(GRAPH));
    prepare(exchange);

    fixture.admission(fixture.clock).store(exchange);

    UUID id = exchange.getProperty("jobId", UUID.class);
    Job job = fixture.jobs.queries().find(id).orElseThrow();
    assertThat(job.owner()).isEqualTo("alice");
    assertThat(job.priority()).isEqualTo(3);
    assertThat(job.facts().seeds()).containsKey("1.seed");
    assertThat(exchange.getProperty("toBeFetched")).isEqualTo(false);
    ObjectNode shown = SubmissionFixture.body(exchange);
    assertThat(shown.path("id").asText()).isEqualTo(id.toString());
    assertThat(shown.path("status").asText()).isEqualTo("queued");
    assertThat(exchange.getMessage().getBody(String.class)).contains(id.toString());
  }

  @ParameterizedTest
  @CsvSource({"'priority': 101, /priority", "'timeout': 'x', /timeout", "'metadata': 1, /metadata"})
  void a_field_that_is_not_valid_is_refused_before_anything_is_stored(
      String field, String pointer) {
    Exchange exchange = fixture.read(null, "{%s, %s}".formatted(field.replace("\"", "'"), GRAPH));
    prepare(exchange);

    Problem problem =
        problem(
            () -> {
              try {
                fixture.admission(fixture.clock).store(exchange);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly(pointer);
    assertThat(exchange.getProperty("jobId")).isNull();
  }

  private void prepare(Exchange exchange) {
    fixture.graphSource.find(exchange);
    fixture.targets.check(exchange);
    fixture.inputs.apply(exchange);
    fixture.inputs.fillDefaults(exchange);
    fixture.inputs.setSeeds(exchange);
    fixture.check.check(exchange);
  }

  private static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode json(String text) {
    return TestJson.parse(text.replace('\'', '"'));
  }
}
