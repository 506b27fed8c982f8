package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.ReceivedForm;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestReaderTest {
  @TempDir private Path folder;
  private final RequestReader reader = new RequestReader(new ObjectMapper());

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
