package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.embedded.Media;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the editor, and media files that carry a graph, in the library. */
class EditorLibraryTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GRAPH = "{\"1\":{\"class_type\":\"Blur\",\"inputs\":{\"radius\":9}}}";

  @TempDir Path folder;
  @TempDir Path data;
  private Optional<ObjectInfo> classes = Optional.empty();

  private static ObjectInfo declared() throws IOException {
    return new ObjectInfo(
        (ObjectNode) JSON.readTree(Path.of("src/test/resources/editor/object_info.json").toFile()));
  }

  private static String editor(Object radius) {
    return "{\"nodes\":[{\"id\":1,\"type\":\"Blur\",\"widgets_values\":["
        + radius
        + "]}],\"links\":[]}";
  }

  private WorkflowLibrary library() {
    WorkflowLibrary library = new WorkflowLibrary(folder);
    library.convertWith(() -> classes);
    library.reload();
    return library;
  }

  private static JsonNode radius(WorkflowLibrary library, String name) {
    return library.find(name).orElseThrow().graph().toJson().at("/1/inputs/radius");
  }

  @Test
  void a_file_of_the_editor_waits_until_a_server_has_reported_its_classes() throws IOException {
    Files.writeString(folder.resolve("blur.json"), editor(4));
    WorkflowLibrary library = library();

    assertThat(library.find("blur")).isEmpty();
    assertThat(library.waiting()).isEqualTo(library.faults());
    assertThat(library.faults().get(0).toString())
        .startsWith("blur.json: This is a file of ComfyUI's editor, and no ComfyUI has reported");

    classes = Optional.of(declared());
    assertThat(library.reload()).isTrue();
    assertThat(radius(library, "blur").asInt()).isEqualTo(4);
    assertThat(library.faults()).isEmpty();
    assertThat(library.waiting()).isEmpty();
    assertThat(library.reload()).as("nothing changed").isFalse();
  }

  @Test
  void a_preset_of_it_loads_as_soon_as_it_is_converted() throws IOException {
    Files.writeString(folder.resolve("blur.json"), editor(4));
    Files.writeString(folder.resolve("blur.yaml"), "inputs: {radius: {node: 1, type: integer}}\n");
    Files.writeString(folder.resolve("soft.yaml"), "graph: blur\ninputs: {radius: 9}\n");
    WorkflowLibrary library = library();
    assertThat(library.find("soft")).isEmpty();

    classes = Optional.of(declared());
    library.reload();

    assertThat(radius(library, "soft").asInt()).isEqualTo(9);
    assertThat(library.faults()).isEmpty();
    assertThat(library.reload()).as("nothing changed").isFalse();
  }

  @Test
  void the_name_of_one_that_does_not_load_is_answered_with_where_the_reason_is()
      throws IOException {
    Files.writeString(folder.resolve("blur.json"), editor(4));

    assertThatThrownBy(() -> library().require("blur", name -> true))
        .hasMessageContaining("Its file does not load");
    assertThatThrownBy(() -> library().require("blur", name -> false))
        .hasMessageNotContaining("does not load");
  }

  @Test
  void it_is_converted_again_when_it_changes() throws IOException {
    classes = Optional.of(declared());
    Files.writeString(folder.resolve("blur.json"), editor(4));
    WorkflowLibrary library = library();

    Files.writeString(folder.resolve("blur.json"), editor(10));
    library.reload();

    assertThat(radius(library, "blur").asInt()).isEqualTo(10);
  }

  @Test
  void one_that_does_not_fit_is_a_fault_with_its_node_and_the_last_good_state_serves()
      throws IOException {
    classes = Optional.of(declared());
    Files.writeString(folder.resolve("blur.json"), editor(4));
    WorkflowLibrary library = library();

    Files.writeString(folder.resolve("blur.json"), editor("\"wide\""));
    library.reload();

    assertThat(library.faults().get(0).toString())
        .startsWith("blur.json: Node 1 (Blur): Its value \"wide\" does not fit the input radius");
    assertThat(library.waiting()).isEmpty();
    assertThat(radius(library, "blur").asInt()).isEqualTo(4);
  }

  @Test
  void one_that_fits_new_classes_is_served_and_stays_when_they_are_gone() throws IOException {
    classes =
        Optional.of(new ObjectInfo(JSON.createObjectNode().set("Other", JSON.createObjectNode())));
    Files.writeString(folder.resolve("blur.json"), editor(4));
    WorkflowLibrary library = library();
    assertThat(library.faults().get(0).detail()).contains("lacks the class \"Blur\"");

    classes = Optional.of(declared());
    library.reload();
    assertThat(library.faults()).isEmpty();

    classes =
        Optional.of(new ObjectInfo(JSON.createObjectNode().set("Other", JSON.createObjectNode())));
    library.reload();
    assertThat(radius(library, "blur").asInt()).isEqualTo(4);
    assertThat(library.faults()).isEmpty();

    classes = Optional.empty();
    library.reload();
    assertThat(radius(library, "blur").asInt()).isEqualTo(4);
  }

  @Test
  void after_a_start_the_graph_of_the_last_time_serves_while_no_server_answers()
      throws IOException {
    Files.writeString(folder.resolve("blur.json"), editor(4));
    classes = Optional.of(declared());
    library().keepConverted(data.resolve("converted"));

    classes = Optional.empty();
    WorkflowLibrary restarted = library();
    assertThat(restarted.find("blur")).isEmpty();
    restarted.keepConverted(data.resolve("converted"));
    assertThat(radius(restarted, "blur").asInt()).isEqualTo(4);
    assertThat(restarted.faults()).isEmpty();

    Files.writeString(folder.resolve("other.json"), editor(5));
    restarted.reload();
    assertThat(restarted.find("other")).as("never converted").isEmpty();
  }

  @Test
  void a_picture_is_a_workflow_with_a_sidecar_like_any_other() throws IOException {
    Files.write(folder.resolve("Cat 1.PNG"), Media.png(Media.textChunk("prompt", GRAPH)));
    Files.writeString(
        folder.resolve("Cat 1.yaml"), "inputs:\n  radius: {node: '1', field: radius}\n");

    WorkflowLibrary library = library();

    assertThat(library.faults()).isEmpty();
    assertThat(radius(library, "Cat-1").asInt()).isEqualTo(9);
    assertThat(library.find("Cat-1").orElseThrow().inputNames()).containsExactly("radius");
  }

  @Test
  void a_picture_of_the_editor_alone_is_converted() throws IOException {
    Files.createDirectory(folder.resolve("shop"));
    Files.write(folder.resolve("shop/cat.png"), Media.png(Media.textChunk("workflow", editor(3))));
    WorkflowLibrary library = library();
    assertThat(library.waiting()).hasSize(1);

    classes = Optional.of(declared());
    library.reload();

    assertThat(radius(library, "shop/cat").asInt()).isEqualTo(3);
  }

  @Test
  void a_picture_beside_a_graph_of_its_name_or_without_a_graph_is_only_a_picture()
      throws IOException {
    Files.writeString(folder.resolve("blur.json"), GRAPH.replace("9", "2"));
    Files.write(folder.resolve("blur.png"), Media.png(Media.textChunk("prompt", GRAPH)));
    Files.write(folder.resolve("photo.png"), Media.png(Media.textChunk("Software", "Paint")));

    WorkflowLibrary library = library();

    assertThat(library.all()).hasSize(1);
    assertThat(radius(library, "blur").asInt()).isEqualTo(2);
    assertThat(library.faults()).isEmpty();

    Files.write(folder.resolve("photo.png"), Media.png(Media.textChunk("prompt", GRAPH)));
    library.reload();
    assertThat(library.find("photo")).isPresent();
  }
}
