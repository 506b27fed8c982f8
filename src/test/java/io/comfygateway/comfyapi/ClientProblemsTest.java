package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Every problem has the shape that clients of ComfyUI read. */
class ClientProblemsTest {
  private Exchange exchange;

  private JsonNode shaped(int status, String problem) throws IOException {
    exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    exchange.getMessage().setBody(problem);
    new ClientProblems(TestJson.MAPPER).shape(exchange);
    return TestJson.parse(exchange.getMessage().getBody(String.class));
  }

  private int status() {
    return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
  }

  @Test
  void a_problem_becomes_an_error_with_its_status() throws IOException {
    assertThat(
            shaped(
                413,
                "{\"type\": \"/problems/too-large\", \"title\": \"Too large\", \"detail\": \"It is.\"}"))
        .isEqualTo(
            TestJson.parse(
                "{\"error\": {\"type\": \"too_large\", \"message\": \"Too large\", \"details\": \"It is.\", \"extra_info\": {}}, \"node_errors\": {}}"));
    assertThat(status()).isEqualTo(413);
  }

  @Test
  void faults_of_nodes_are_ComfyUIs_node_errors_with_400() throws IOException {
    JsonNode body =
        shaped(
            422,
            """
            {"type": "/problems/invalid-workflow", "title": "t", "detail": "d", "node_errors":
              {"2": {"class_type": "SaveImage", "errors": [{"type": "required_input_missing",
                "message": "Input images is missing.", "details": "images",
                "extra_info": {"input_name": "images"}}]}}}
            """);

    assertThat(status()).isEqualTo(400);
    assertThat(body.at("/error/type").asText()).isEqualTo("prompt_outputs_failed_validation");
    assertThat(body.path("node_errors"))
        .isEqualTo(
            TestJson.parse(
                """
                {"2": {"errors": [{"type": "required_input_missing",
                         "message": "Required input is missing", "details": "images",
                         "extra_info": {"input_name": "images"}}],
                       "dependent_outputs": [], "class_type": "SaveImage"}}
                """));
  }

  @Test
  void a_class_that_no_server_has_is_the_error_itself() throws IOException {
    JsonNode body =
        shaped(
            422,
            """
            {"type": "/problems/invalid-workflow", "title": "t", "detail": "d", "node_errors":
              {"7": {"class_type": "NoSuch", "errors": [{"type": "missing_node_type"}]}}}
            """);

    assertThat(body.at("/error/type").asText()).isEqualTo("missing_node_type");
    assertThat(body.at("/error/extra_info/node_id").asText()).isEqualTo("7");
    assertThat(body.at("/error/extra_info/class_type").asText()).isEqualTo("NoSuch");
    assertThat(body.path("node_errors")).isEmpty();
  }
}
