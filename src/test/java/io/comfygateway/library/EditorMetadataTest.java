package io.comfygateway.library;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.WorkflowSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the outputs of a job carry for ComfyUI's editor. */
class EditorMetadataTest {
  private static final Path FOLDER = Path.of("src/test/resources/editor");

  private final Map<String, WorkflowSource> stored = new HashMap<>();
  private Optional<ObjectInfo> classes = Optional.empty();
  private final EditorMetadata metadata =
      new EditorMetadata(
          (name, version) -> Optional.ofNullable(stored.get(name + "@" + version)), () -> classes);
  private ObjectNode editor;
  private ObjectNode graph;

  @BeforeEach
  void store() throws IOException {
    JsonNode rule = TestJson.parse(Files.readString(FOLDER.resolve("cases/order.json")));
    editor = (ObjectNode) rule.path("editor");
    graph = (ObjectNode) rule.path("graph");
    stored.put("portrait@2", source(Optional.of(editor)));
  }

  private WorkflowSource source(Optional<JsonNode> file) {
    return new WorkflowSource("portrait", graph, file, Optional.empty(), Optional.empty());
  }

  private ObjectNode seeded(int seed) {
    ObjectNode job = graph.deepCopy();
    ((ObjectNode) job.path("2").path("inputs")).put("seed", seed);
    return job;
  }

  @Test
  void it_is_the_file_of_the_version_with_the_values_of_the_job() throws IOException {
    classes =
        Optional.of(
            new ObjectInfo(TestJson.parse(Files.readString(FOLDER.resolve("object_info.json")))));

    JsonNode shown = metadata.of("portrait@2", seeded(99)).orElseThrow();

    assertThat(shown.at("/nodes/1/widgets_values/0").asInt()).isEqualTo(99);
    assertThat(shown.path("links")).isEqualTo(editor.path("links"));
  }

  @Test
  void without_node_classes_it_is_the_file_as_it_was_saved() {
    assertThat(metadata.of("portrait@2", seeded(99))).contains(editor);
  }

  @Test
  void there_is_none_where_the_version_has_no_file_of_the_editor() {
    stored.put("plain@1", source(Optional.empty()));

    assertThat(metadata.of("plain@1", graph)).isEmpty();
    assertThat(metadata.of("gone@1", graph)).isEmpty();
  }

  @Test
  void there_is_none_where_the_job_has_other_nodes_or_links() {
    ObjectNode more = graph.deepCopy();
    more.putObject("7").put("class_type", "Save").putObject("inputs");
    ObjectNode other = graph.deepCopy();
    ((ObjectNode) other.path("2")).put("class_type", "Save");
    ObjectNode relinked = graph.deepCopy();
    ((ObjectNode) relinked.path("2").path("inputs")).putArray("model").add("1").add(1);

    assertThat(metadata.of("portrait@2", more)).isEmpty();
    assertThat(metadata.of("portrait@2", other)).isEmpty();
    assertThat(metadata.of("portrait@2", relinked)).isEmpty();
  }

  @Test
  void a_file_beyond_four_MiB_is_left_out() {
    ObjectNode large = editor.deepCopy();
    large.put("note", "x".repeat(WorkflowSource.MOST_EDITOR_BYTES));
    stored.put("large@1", source(Optional.of(large)));

    assertThat(metadata.of("large@1", graph)).isEmpty();
  }

  @Test
  void a_database_that_does_not_answer_costs_the_metadata_and_not_the_job() {
    EditorMetadata unreachable =
        new EditorMetadata(
            (name, version) -> {
              throw new IllegalStateException("no database");
            },
            Optional::empty);

    assertThat(unreachable.of("portrait@2", graph)).isEmpty();
  }
}
