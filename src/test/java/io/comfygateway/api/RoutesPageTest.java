package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.access.Caller;
import io.comfygateway.custom.TimeLimitedRoute;
import io.comfygateway.custom.UnloadedFiles;
import io.comfygateway.job.WakeUps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/routes.md says of the body and the properties after a step, against the routes. */
class RoutesPageTest {
  private static final Path PAGE = Path.of("docs/routes.md");
  private static final Pattern WORD = Pattern.compile("`([A-Za-z]+)`");
  private static final String GRAPH =
      "{'1': {'class_type': 'SaveImage', 'inputs': {'filename_prefix': 'a'}}}";

  @TempDir private static Path folder;
  private static SubmissionFixture fixture;
  private static final Map<String, State> STATES = new LinkedHashMap<>();

  /** The body after a step the last time, and the properties that it ever had then. */
  private record State(Object body, Set<String> properties) {
    State and(State later) {
      Set<String> all = new TreeSet<>(properties);
      all.addAll(later.properties());
      return new State(later.body(), all);
    }
  }

  /** Lets everybody in. */
  public static final class OpenAccess {
    public void require(Exchange exchange, String scopes) {
      Caller caller = SubmissionFixture.caller("alice");
      assertThat(scopes).isNotBlank();
      exchange.setProperty("caller", caller);
    }

    public void workflow(Exchange exchange) {
      assertThat(exchange.getMessage().getHeader("workflow")).isNotNull();
    }

    public void job(Exchange exchange) {
      assertThat(exchange.getProperty("caller")).isNotNull();
    }

    public void jobs(Exchange exchange) {
      job(exchange);
    }

    public void row(Exchange exchange) {
      job(exchange);
    }
  }

  /** Publishes nothing. */
  public static final class NoEvents {
    public void queued(Exchange exchange) {
      assertThat(exchange.getProperty("jobId")).isNotNull();
    }

    public void queuedAll(Exchange exchange) {
      assertThat(exchange.getProperty("batchId")).isNotNull();
    }
  }

  @BeforeAll
  static void runTheRoutes() throws Exception {
    fixture = new SubmissionFixture(folder);
    CamelContext camel = fixture.camel;
    bind(new OpenAccess(), "access");
    bind(new NoEvents(), "events");
    bind(new WakeUps(camel.createProducerTemplate()), "wakeUps");
    bind(fixture.reader, "submissionReader");
    bind(fixture.keys, "idempotencyKeys");
    bind(fixture.graphSource, "graphSource");
    bind(fixture.targets, "deliveryTargets");
    bind(fixture.inputs, "graphInputs");
    bind(fixture.check, "graphCheck");
    bind(fixture.admission(fixture.clock), "jobAdmission");
    bind(
        new CustomRoutes(
            camel,
            fixture.content,
            fixture.graphSource,
            new TimeLimitedRoute(camel, Duration.ofSeconds(30)),
            new UnloadedFiles()),
        "customRoutes");
    bind(new JobResponses(fixture.jobs.queries(), fixture.view, null, null), "jobResponses");
    bind(new OutputContent(fixture.jobs.queries(), null, null, null), "outputContent");
    bind(new ProblemResponses(TestJson.MAPPER), "problemResponses");
    fixture
        .batchSteps(new BatchLimits(10, 1_000_000, 1_000_000, Duration.ofSeconds(30)))
        .forEach((name, bean) -> bind(bean, name));
    camel.getCamelContextExtension().addInterceptStrategy(new Recorder());
    for (String file : List.of("errors", "webhook", "batches")) {
      String yaml = Files.readString(Path.of("routes", file + ".camel.yaml"));
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(ResourceHelper.fromString(file + ".camel.yaml", yaml));
    }
    camel.start();
    Map<String, Object> key = Map.of("Idempotency-Key", "k");
    submit("direct:submitWorkflow", "txt2img", "{'inputs': {'prompt': 'a cat'}}", Map.of());
    submit("direct:submitGraph", null, "{'prompt': %s}".formatted(GRAPH), key);
    submit("direct:submitGraph", null, "{'prompt': %s}".formatted(GRAPH), key);
    submit(
        "direct:submitBatch",
        null,
        "{'prompt': %s, 'jobs': [{}, {'workflow': 'txt2img', 'inputs': {'prompt': 'a'}}]}"
            .formatted(GRAPH),
        Map.of());
  }

  private static void bind(Object bean, String name) {
    fixture.camel.getRegistry().bind(name, bean);
  }

  private static void submit(String to, String workflow, String json, Map<String, Object> headers) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Exchange exchange = fixture.received(workflow, body, headers);
    fixture.camel.createProducerTemplate().send(to, exchange);
    assertThat(exchange.getException()).isNull();
    assertThat(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
        .as(exchange.getMessage().getBody(String.class))
        .isEqualTo(202);
  }

  @AfterAll
  static void close() throws IOException {
    fixture.close();
  }

  private static final class Recorder implements InterceptStrategy {
    @Override
    public Processor wrapProcessorInInterceptors(
        CamelContext context, NamedNode step, Processor target, Processor next) {
      String route = ProcessorDefinitionHelper.getRouteId(step);
      return new DelegateAsyncProcessor(target) {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
          return super.process(
              exchange,
              done -> {
                STATES.merge(
                    route + " " + step.getId(),
                    new State(exchange.getMessage().getBody(), names(exchange)),
                    State::and);
                callback.done(done);
              });
        }
      };
    }

    private static Set<String> names(Exchange exchange) {
      return exchange.getProperties().entrySet().stream()
          .filter(property -> property.getValue() != null)
          .map(Map.Entry::getKey)
          .filter(name -> !name.startsWith("Camel"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  // The rows of the table that has this column, without what names the columns.
  private static List<List<String>> table(String column) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGE)) {
      inside = line.startsWith("|") && (inside || line.contains("| " + column + " |"));
      if (inside && line.startsWith("| `")) {
        rows.add(List.of(line.substring(1).split("\\|")).stream().map(String::strip).toList());
      }
    }
    assertThat(rows).as("table with the column %s", column).isNotEmpty();
    return rows;
  }

  private static Set<String> words(String cell) {
    return WORD.matcher(cell)
        .results()
        .map(word -> word.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void after_each_step_there_is_what_the_page_says() throws IOException {
    for (List<String> row : table("after the step")) {
      String step = row.get(0).replace("`", "") + " " + row.get(1).replace("`", "");
      assertThat(STATES).as(step).containsKey(step);
      State state = STATES.get(step);
      JsonNode body = fixture.camel.getTypeConverter().convertTo(JsonNode.class, state.body());
      assertThat(body).as("body after %s", step).isNotNull();
      assertThat(body.isObject()).as("body after %s", step).isTrue();
      assertThat(state.properties()).as(step).containsAll(words(row.size() < 4 ? "" : row.get(3)));
    }
  }

  @Test
  void every_property_that_steps_can_see_is_on_the_page() throws IOException {
    Set<String> known = new TreeSet<>();
    table("a step may set it").forEach(row -> known.addAll(words(row.get(0))));
    Set<String> seen = new TreeSet<>();
    STATES.values().forEach(state -> seen.addAll(state.properties()));
    seen.removeAll(Set.of("form", "requestInfo", "contractMatch", "submission", "batch"));

    assertThat(known).containsExactlyElementsOf(seen);
  }
}
