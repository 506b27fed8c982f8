package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every template without an n8n. */
class N8nTemplateFilesTest {
  private static final String KEY =
      "{{ $execution.id }}-{{ $nodeId }}-{{ $runIndex }}-{{ $itemIndex }}";
  private static final Path FOLDER = Path.of("n8n-templates");

  static List<Path> templates() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static List<JsonNode> nodes(Path template) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    new ObjectMapper().readTree(template.toFile()).path("nodes").forEach(nodes::add);
    return nodes;
  }

  @Test
  void they_are_numbered() throws IOException {
    List<Path> templates = templates();

    assertThat(templates).hasSize(12);
    for (int i = 0; i < templates.size(); i++) {
      assertThat(templates.get(i).getFileName().toString())
          .startsWith(String.format("%02d-", i + 1));
    }
  }

  @ParameterizedTest
  @MethodSource("templates")
  void a_template_explains_itself_and_has_one_place_to_configure(Path template) throws IOException {
    assertThat(nodes(template))
        .filteredOn(node -> "n8n-nodes-base.stickyNote".equals(node.path("type").asText()))
        .extracting(node -> node.path("parameters").path("content").asText())
        .anySatisfy(text -> assertThat(text).startsWith("## ").contains("**Set up**"));
    assertThat(nodes(template))
        .filteredOn(node -> "Config".equals(node.path("name").asText()))
        .singleElement()
        .satisfies(node -> assertThat(node.findValuesAsText("name")).contains("gateway_url"));
  }

  private static boolean isOf(JsonNode node, String type) {
    return ("n8n-nodes-base." + type).equals(node.path("type").asText());
  }

  private static boolean callsTheGateway(JsonNode node, String method) {
    JsonNode parameters = node.path("parameters");
    return "httpHeaderAuth".equals(parameters.path("genericAuthType").asText())
        && method.equals(parameters.path("method").asText("GET"));
  }

  private static JsonNode assignment(Path template, String name) throws IOException {
    for (JsonNode node : nodes(template)) {
      if ("Config".equals(node.path("name").asText())) {
        for (JsonNode assignment : node.at("/parameters/assignments/assignments")) {
          if (name.equals(assignment.path("name").asText())) {
            return assignment;
          }
        }
      }
    }
    return MissingNode.getInstance();
  }

  @ParameterizedTest
  @MethodSource("templates")
  void every_request_that_makes_a_job_has_a_key_of_its_own(Path template) throws IOException {
    // A batch may be given a name, so that the same rows are the same jobs; without one it is the
    // execution.
    String batch = assignment(template, "batch").path("value").asText();
    assertThat(batch).isIn("", "={{ $execution.id }}");
    assertThat(nodes(template))
        .filteredOn(node -> callsTheGateway(node, "POST"))
        .allSatisfy(
            node ->
                assertThat(node.at("/parameters/headerParameters/parameters"))
                    .singleElement()
                    .satisfies(
                        header -> {
                          assertThat(header.path("name").asText()).isEqualTo("Idempotency-Key");
                          assertThat(
                                  header
                                      .path("value")
                                      .asText()
                                      .replace("$json.batch", "$execution.id"))
                              .isEqualTo("=" + KEY);
                        }));
    assertThat(Files.readString(Path.of("docs/n8n.md"))).contains("Idempotency-Key: " + KEY);
  }

  @ParameterizedTest
  @MethodSource("templates")
  void config_holds_all_inputs_as_one_object(Path template) throws IOException {
    List<JsonNode> submits =
        nodes(template).stream().filter(node -> callsTheGateway(node, "POST")).toList();
    if (!submits.isEmpty()) {
      assertThat(assignment(template, "inputs").path("type").asText()).isEqualTo("object");
    }
    assertThat(submits)
        .allSatisfy(
            node ->
                assertThat(node.path("parameters").toString())
                    .contains(".inputs")
                    .doesNotContain("json.prompt")
                    .doesNotContain("width"));
  }

  // n8n takes the "error" of a job for a failed request.
  @ParameterizedTest
  @MethodSource("templates")
  void nothing_that_asks_for_a_job_is_retried_by_n8n(Path template) throws IOException {
    assertThat(nodes(template))
        .filteredOn(node -> callsTheGateway(node, "GET"))
        .allSatisfy(node -> assertThat(node.has("retryOnFail")).isFalse());
  }

  @ParameterizedTest
  @MethodSource("templates")
  void a_refusal_is_an_answer_and_not_a_failure_that_is_tried_again(Path template)
      throws IOException {
    assertThat(nodes(template))
        .filteredOn(node -> callsTheGateway(node, "POST") && node.path("retryOnFail").asBoolean())
        .allSatisfy(
            node -> {
              JsonNode response = node.at("/parameters/options/response/response");
              assertThat(response.path("neverError").asBoolean()).isTrue();
              assertThat(response.path("fullResponse").asBoolean()).isTrue();
            });
  }

  @ParameterizedTest
  @MethodSource("templates")
  void whoever_waits_for_a_callback_waits_for_its_own(Path template) throws IOException {
    JsonNode workflow = new ObjectMapper().readTree(template.toFile());
    for (JsonNode node : nodes(template)) {
      if (isOf(node, "wait") && "webhook".equals(node.at("/parameters/resume").asText())) {
        JsonNode connections = workflow.path("connections");
        String wait = node.path("name").asText();
        String next = connections.at("/" + wait + "/main/0/0/node").asText();
        assertThat(nodes(template))
            .filteredOn(other -> next.equals(other.path("name").asText()))
            .singleElement()
            .satisfies(
                check ->
                    assertThat(check.path("parameters").toString())
                        .contains("$json.body.data.id")
                        .contains("$('Submit').first().json.body.id"));
        assertThat(connections.path(next).findValuesAsText("node")).contains("Passed over");
        assertThat(connections.at("/Passed over/main/0/0/node").asText()).isEqualTo(wait);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("templates")
  void no_output_of_a_job_is_left_out(Path template) throws IOException {
    assertThat(Files.readString(template)).doesNotContain("outputs[0].filename");
  }

  @ParameterizedTest
  @MethodSource("templates")
  void a_template_holds_no_credential_no_data_and_no_address_of_ours(Path template)
      throws IOException {
    JsonNode workflow = new ObjectMapper().readTree(template.toFile());

    assertThat(workflow.findValues("credentials")).isEmpty();
    assertThat(workflow.path("pinData")).isEmpty();
    assertThat(workflow.has("id")).isFalse();
    assertThat(Files.readString(template)).doesNotContain("127.0.0.1").doesNotContain("cg_");
  }

  @ParameterizedTest
  @MethodSource("templates")
  void every_connection_leads_from_a_node_to_a_node(Path template) throws IOException {
    JsonNode connections = new ObjectMapper().readTree(template.toFile()).path("connections");
    List<String> names = nodes(template).stream().map(n -> n.path("name").asText()).toList();

    assertThat(names).doesNotHaveDuplicates();
    connections.fieldNames().forEachRemaining(from -> assertThat(names).contains(from));
    assertThat(names).containsAll(connections.findValuesAsText("node"));
  }

  @Test
  void the_page_of_the_templates_shows_every_one() throws IOException {
    String page = Files.readString(FOLDER.resolve("README.md"));

    for (Path template : templates()) {
      String name = template.getFileName().toString().replace(".json", "");
      assertThat(page).contains(name + ".json").contains("images/" + name + ".png");
      assertThat(FOLDER.resolve("images/" + name + ".png")).isRegularFile();
    }
  }
}
