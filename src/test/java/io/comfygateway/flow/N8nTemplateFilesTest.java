package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
  void there_are_ten() throws IOException {
    assertThat(templates()).hasSize(10);
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
