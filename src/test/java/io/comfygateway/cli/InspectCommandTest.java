package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code gateway workflow inspect}, in a folder that is no gateway's. */
class InspectCommandTest {
  private static final Path CASES = Path.of("src/test/resources/editor");
  private static final Path CLASSES = CASES.resolve("object_info.json");

  @TempDir private Path place;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int inspect(Object... arguments) {
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("workflow", "inspect"));
    Stream.of(arguments).map(Object::toString).forEach(all::add);
    return command.execute(all.toArray(String[]::new));
  }

  @Test
  void what_is_printed_is_a_sidecar_of_the_graph_in_the_file() throws IOException {
    Path editor = rule("order");

    assertThat(inspect(editor, "--object-info", CLASSES)).as(err.toString()).isZero();

    Files.writeString(place.resolve("w.yaml"), out.toString());
    WorkflowLibrary library = new WorkflowLibrary(place);
    Files.writeString(
        place.resolve("w.json"),
        new ObjectMapper()
            .readTree(CASES.resolve("cases/order.json").toFile())
            .at("/graph")
            .toString());
    Files.delete(editor);
    library.reload();
    assertThat(library.faults()).isEmpty();
    assertThat(library.find("w").orElseThrow().inputNames()).contains("seed", "steps");
    assertThat(out.toString()).contains("max: 100", "enum: {from: \"Sampler.name\"}");
  }

  @Test
  void a_file_that_does_not_fit_is_refused_as_by_convert() throws IOException {
    assertThat(inspect(rule("unknown-class"), "--object-info", CLASSES)).isEqualTo(1);

    assertThat(err.toString()).contains("This ComfyUI lacks the class");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void an_unknown_name_lists_the_workflows() throws IOException {
    Files.writeString(
        place.resolve("gateway.properties"), "gateway.workflows-dir=" + place.resolve("library"));
    Files.createDirectory(place.resolve("library"));
    Files.copy(Path.of("workflows/smoke.json"), place.resolve("library/smoke.json"));

    assertThat(
            inspect(
                "smok", "--object-info", CLASSES, "--config", place.resolve("gateway.properties")))
        .isEqualTo(1);

    assertThat(err.toString())
        .contains("smok: There is no file and no workflow", "(workflows: smoke)");
  }

  @Test
  void outside_a_gateway_there_is_no_library() throws IOException {
    Path config = Files.writeString(place.resolve("gateway.properties"), "");

    assertThat(inspect("smoke", "--object-info", CLASSES, "--config", config)).isEqualTo(1);

    assertThat(err.toString()).contains("smoke: There is no such file, and no library");
  }

  private Path rule(String name) throws IOException {
    return Files.writeString(
        place.resolve("editor.json"),
        new ObjectMapper()
            .readTree(CASES.resolve("cases/" + name + ".json").toFile())
            .get("editor")
            .toString());
  }
}
