package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.access.AccessControl;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.Caller;
import io.comfygateway.access.ConsoleSessions;
import io.comfygateway.access.CredentialCheck;
import io.comfygateway.access.InMemoryRateLimits;
import io.comfygateway.access.KeyRestrictions;
import io.comfygateway.access.MasterKey;
import io.comfygateway.access.RequestCredentials;
import io.comfygateway.access.RequestInfo;
import io.comfygateway.access.Scope;
import io.comfygateway.access.SignedUrls;
import io.comfygateway.access.StreamTickets;
import io.comfygateway.access.TrustedProxies;
import io.comfygateway.http.GatewayHttpConsumer;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a door makes of a body, and which workflow it means. */
class DoorRequestsTest {
  private static final Duration LONGEST = Duration.ofSeconds(9);
  @TempDir private static Path folder;
  private static SubmissionFixture fixture;
  private static DoorRequests requests;

  @BeforeAll
  static void open() {
    fixture = new SubmissionFixture(folder);
    AccessControl control =
        new AccessControl(
            List.of(),
            new RequestCredentials("X-API-Key"),
            new TrustedProxies(""),
            new InMemoryRateLimits(fixture.clock),
            5,
            fixture.clock);
    ApiKeys keys = new ApiKeys("", List.of(), false, fixture.clock);
    MasterKey master = MasterKey.ofBase64("A".repeat(43) + "=");
    ConsoleSessions sessions =
        new ConsoleSessions(
            fixture.database.jdbc(),
            keys,
            master,
            new ConsoleSessions.Limits(Duration.ofHours(12), Duration.ofHours(1)),
            fixture.clock);
    Access access =
        new Access(
            control,
            keys,
            new SignedUrls(master, fixture.clock),
            new StreamTickets(
                fixture.database.jdbc(),
                keys,
                new CredentialCheck(keys, sessions, fixture.clock),
                master,
                fixture.clock),
            fixture.jobs.queries());
    requests =
        new DoorRequests(
            access,
            new WorkflowLibrary(Path.of("workflows")),
            fixture.backends,
            TestJson.MAPPER,
            LONGEST);
  }

  @AfterAll
  static void close() throws IOException {
    fixture.close();
  }

  private static Exchange received(String type, String body) {
    Exchange exchange = fixture.received(null, body.getBytes(StandardCharsets.UTF_8), Map.of());
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, type);
    return exchange;
  }

  private static Exchange form(Map<String, String> fields, ReceivedForm.File... files) {
    Exchange exchange = received("multipart/form-data; boundary=x", "");
    exchange.setProperty(GatewayHttpConsumer.FORM, new ReceivedForm(fields, List.of(files)));
    return exchange;
  }

  private static ReceivedForm.File file(String field, String name) {
    return new ReceivedForm.File(field, name, "image/png", Path.of("unread"), 7);
  }

  private static JsonNode opened(Exchange exchange) {
    requests.open(exchange, "run");
    return exchange.getMessage().getBody(JsonNode.class);
  }

  private static Problem refused(Exchange exchange) {
    return catchThrowableOfType(Problem.class, () -> requests.open(exchange, "run"));
  }

  @Test
  void json_is_the_body_as_it_came() {
    Exchange exchange = received("application/json; charset=utf-8", "{\"n\": 2, \"a\": [1]}");

    assertThat(opened(exchange)).isEqualTo(TestJson.parse("{\"n\": 2, \"a\": [1]}"));
    assertThat(exchange.getProperty(SubmissionReader.LONGEST_WAIT)).isEqualTo(LONGEST);
  }

  @Test
  void no_body_is_an_empty_object() {
    assertThat(opened(received("", ""))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "text/plain,                        {},    UNSUPPORTED_MEDIA_TYPE",
    "application/x-www-form-urlencoded, a=b,   UNSUPPORTED_MEDIA_TYPE",
    "application/json,                  [1],   INVALID_JSON",
    "application/json,                  {,     INVALID_JSON",
    "application/json,                  null,  INVALID_JSON"
  })
  void what_is_no_json_object_is_refused(String type, String body, ProblemType problem) {
    assertThat(refused(received(type, body)).type()).isEqualTo(problem);
  }

  @Test
  void a_caller_without_the_scope_is_refused_before_the_body_is_read() {
    Exchange exchange = received("application/json", "{");
    exchange.setProperty("caller", new Caller("reader", Set.of(Scope.READ_ALL)));

    assertThat(refused(exchange).type()).isEqualTo(ProblemType.FORBIDDEN);
  }

  @Test
  void parts_of_one_name_and_names_that_end_in_brackets_are_arrays() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("prompt", "a cat");
    fields.put("tags[]", "red");

    JsonNode body =
        opened(
            form(
                fields,
                file("mask", "mask.png"),
                file("image", "a.png"),
                file("image", "b.png"),
                file("one[]", "c.png")));

    assertThat(body.path("prompt").asText()).isEqualTo("a cat");
    assertThat(body.path("tags")).hasSize(1);
    assertThat(body.path("mask").path("filename").asText()).isEqualTo("mask.png");
    assertThat(body.path("image").findValuesAsText("filename")).containsExactly("a.png", "b.png");
    assertThat(body.path("one").findValuesAsText("filename")).containsExactly("c.png");
  }

  @Test
  void each_file_has_a_name_that_no_other_part_has() {
    Exchange exchange = form(Map.of(), file("image", "a.png"), file("image", "b.png"));

    JsonNode body = opened(exchange);

    List<String> names = body.findValuesAsText("$part");
    ReceivedForm kept = exchange.getProperty(GatewayHttpConsumer.FORM, ReceivedForm.class);
    assertThat(names).doesNotHaveDuplicates().hasSize(2);
    assertThat(kept.files()).extracting(ReceivedForm.File::field).isEqualTo(names);
    assertThat(kept.fields()).isEmpty();
  }

  @Test
  void json_that_says_it_is_a_form_is_named() {
    assertThat(refused(form(Map.of("{\"prompt\":", ""))).type())
        .isEqualTo(ProblemType.UNSUPPORTED_MEDIA_TYPE);
  }

  private static Exchange meant(String workflows, Caller caller) {
    Exchange exchange = received("application/json", "{}");
    exchange.setProperty(
        GatewayHttpConsumer.REQUEST_INFO,
        new RequestInfo("POST", "/door", Map.of(), InetAddress.getLoopbackAddress()));
    requests.workflow(exchange, caller, workflows);
    return exchange;
  }

  private static Caller alice() {
    return SubmissionFixture.caller("alice");
  }

  @Test
  void the_first_name_that_the_library_has_is_meant() {
    Exchange exchange = meant("[\"gpt-image-1\", null, \"txt2img\", \"img2img\"]", alice());

    assertThat(exchange.getProperty(RequestContent.WORKFLOW)).isEqualTo("txt2img");
    assertThat(TestJson.parse(exchange.getProperty("workflowInputs", String.class)).path("prompt"))
        .isNotEmpty();
  }

  @Test
  void a_name_that_nothing_has_is_refused_by_the_first_one() {
    Problem problem =
        catchThrowableOfType(Problem.class, () -> meant("[\"dall-e-9\", \"nothing\"]", alice()));

    assertThat(problem.type()).isEqualTo(ProblemType.UNKNOWN_WORKFLOW);
    assertThat(problem).hasMessageContaining("dall-e-9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[\"\", \" \", null, 7, {}]", "{}"})
  void without_a_name_the_model_is_missing(String workflows) {
    Problem problem = catchThrowableOfType(Problem.class, () -> meant(workflows, alice()));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../txt2img", "/etc/passwd", "txt2img\u0000", "${body}", "{{env:HOME}}"})
  void a_name_that_leads_elsewhere_is_no_workflow(String name) {
    String workflows = TestJson.MAPPER.createArrayNode().add(name).toString();

    assertThat(catchThrowableOfType(Problem.class, () -> meant(workflows, alice())).type())
        .isEqualTo(ProblemType.UNKNOWN_WORKFLOW);
  }

  @Test
  void a_key_for_other_workflows_is_refused_and_is_not_told_what_there_is() {
    Caller limited =
        new Caller(
            "limited",
            Set.of(Scope.RUN),
            new KeyRestrictions(
                List.of("smoke"), List.of(), Optional.empty(), KeyRestrictions.NONE.rates()));
    List<ProblemType> types = new ArrayList<>();
    for (String name : List.of("txt2img", "smoke")) {
      Problem problem =
          catchThrowableOfType(Problem.class, () -> meant("[\"" + name + "\"]", limited));
      types.add(problem == null ? null : problem.type());
    }

    assertThat(types).containsExactly(ProblemType.FORBIDDEN, null);
  }
}
