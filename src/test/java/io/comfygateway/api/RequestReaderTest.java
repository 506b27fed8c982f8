package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.SourceReader;
import io.comfygateway.workflow.embedded.Media;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestReaderTest {
  @TempDir private Path folder;
  private static final String GRAPH = "{\"1\":{\"class_type\":\"A\",\"inputs\":{}}}";
  private static final String EDITOR =
      "{\"nodes\":[{\"id\":1,\"type\":\"A\",\"mode\":0,\"inputs\":[],\"outputs\":[]}],\"links\":[]}";

  private Optional<ObjectInfo> classes = Optional.empty();
  private final RequestReader reader =
      new RequestReader(new ObjectMapper(), new SourceReader(Graph.Limits.STANDARD, () -> classes));

  private ObjectNode body(byte[] picture, boolean namesWorkflow) throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "image/png");
      exchange.getMessage().setBody(picture);
      return reader.read(exchange, new ReceivedForm(Map.of(), List.of()), namesWorkflow);
    }
  }

  private ObjectNode form(byte[] picture, Map<String, String> fields) throws Exception {
    Path file = Files.write(folder.resolve("picture"), picture);
    ReceivedForm form =
        new ReceivedForm(
            fields,
            List.of(new ReceivedForm.File("prompt", "a.png", "image/png", file, Files.size(file))));
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "multipart/form-data; boundary=x");
      return reader.read(exchange, form, false);
    }
  }

  @Test
  void the_graph_of_a_picture_runs_again_with_its_seeds() throws Exception {
    byte[] picture =
        Media.png(Media.textChunk("prompt", GRAPH), Media.textChunk("workflow", EDITOR));

    assertThat(form(picture, Map.of()).path("prompt")).isEqualTo(TestJson.parse(GRAPH));
    assertThat(form(picture, Map.of()).path("seed").asText()).isEqualTo("keep");
    assertThat(body(picture, false).path("prompt")).isEqualTo(TestJson.parse(GRAPH));
    assertThat(body(picture, false).path("seed").asText()).isEqualTo("keep");
    assertThat(form(picture, Map.of("seed", "random")).path("seed").asText()).isEqualTo("random");
  }

  @Test
  void a_picture_with_only_the_file_of_the_editor_waits_for_node_classes() throws Exception {
    byte[] picture = Media.png(Media.textChunk("workflow", EDITOR));

    Problem waiting = catchThrowableOfType(Problem.class, () -> body(picture, false));
    assertThat(waiting.type()).isEqualTo(ProblemType.CLASSES_UNKNOWN);

    classes =
        Optional.of(
            new ObjectInfo(
                TestJson.parse("{\"A\":{\"input\":{},\"output\":[],\"output_node\":true}}")));
    assertThat(body(picture, false).at("/prompt/1/class_type").asText()).isEqualTo("A");

    classes = Optional.of(new ObjectInfo(TestJson.parse("{}")));
    Problem unfit = catchThrowableOfType(Problem.class, () -> form(picture, Map.of()));
    assertThat(unfit.type()).isEqualTo(ProblemType.INVALID_WORKFLOW);
    assertThat(unfit.faults()).extracting(Fault::pointer).containsExactly("/prompt");
  }

  @Test
  void a_picture_without_a_graph_is_refused() {
    for (byte[] picture : List.of(Media.png(), new byte[0])) {
      Problem problem = catchThrowableOfType(Problem.class, () -> body(picture, false));

      assertThat(problem.type()).isEqualTo(ProblemType.INVALID_WORKFLOW);
      assertThat(problem).hasMessageContaining("carries no graph");
    }
  }

  @Test
  void a_picture_for_a_workflow_is_refused_with_where_to_send_it() {
    Problem problem =
        catchThrowableOfType(
            Problem.class, () -> body(Media.png(Media.textChunk("prompt", GRAPH)), true));

    assertThat(problem.type()).isEqualTo(ProblemType.UNSUPPORTED_MEDIA_TYPE);
    assertThat(problem).hasMessageContaining("POST /webhook, without a workflow");
  }

  private ObjectNode read(String content, boolean namesWorkflow) throws Exception {
    Path file = Files.writeString(folder.resolve("upload"), content);
    ReceivedForm form =
        new ReceivedForm(
            Map.of(),
            List.of(
                new ReceivedForm.File(
                    "prompt", "graph.json", "application/json", file, Files.size(file))));
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(camel);
      exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "multipart/form-data; boundary=x");
      return reader.read(exchange, form, namesWorkflow);
    }
  }

  @Test
  void a_file_part_prompt_of_json_is_the_graph() throws Exception {
    assertThat(read("{\"1\":{\"class_type\":\"A\"}}", false).at("/prompt/1/class_type").asText())
        .isEqualTo("A");
  }

  @Test
  void a_file_part_prompt_that_is_no_json_is_told_how_to_send_the_graph() {
    Problem problem = catchThrowableOfType(Problem.class, () -> read("a cat", false));

    assertThat(problem.faults()).extracting(Fault::pointer).containsExactly("/prompt");
    assertThat(problem).hasMessageContaining("-F 'prompt=<file.json'");
  }

  @Test
  void a_json_file_that_is_too_large_is_not_read() {
    Problem problem =
        catchThrowableOfType(Problem.class, () -> read(" ".repeat(8_388_609) + "{}", false));

    assertThat(problem).hasMessageContaining("at most 8,388,608");
  }

  @Test
  void a_file_part_prompt_of_a_workflow_is_its_input() throws Exception {
    assertThat(read("{}", true).at("/inputs/prompt/$part").asText()).isEqualTo("prompt");
  }
}
