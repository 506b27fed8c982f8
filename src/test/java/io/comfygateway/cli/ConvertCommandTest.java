package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import io.comfygateway.workflow.embedded.Media;
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

/** {@code gateway workflow convert}, in a folder that is no gateway's. */
class ConvertCommandTest {
  private static final Path CASES = Path.of("src/test/resources/editor");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path place;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int convert(Object... arguments) {
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("workflow", "convert"));
    Stream.of(arguments).map(Object::toString).forEach(all::add);
    return command.execute(all.toArray(String[]::new));
  }

  private Path editorFile(String rule, String name) throws IOException {
    JsonNode editor =
        JSON.readTree(CASES.resolve("cases/" + rule + ".json").toFile()).get("editor");
    return Files.writeString(place.resolve(name), editor.toString());
  }

  private static Path classes() {
    return CASES.resolve("object_info.json");
  }

  @Test
  void prints_the_graph() throws IOException {
    assertThat(convert(editorFile("order", "mine.json"), "--object-info", classes()))
        .as(err.toString())
        .isZero();

    assertThat(JSON.readTree(out.toString()).at("/2/inputs/steps").asInt()).isEqualTo(30);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void writes_a_file_for_each_that_fits_and_says_why_the_others_do_not() throws IOException {
    Path good = editorFile("order", "good.json");
    Path bad = editorFile("shifted", "bad.json");
    Path to = place.resolve("api/format");

    assertThat(convert(good, bad, "--object-info", classes(), "--out", to)).isOne();

    assertThat(JSON.readTree(to.resolve("good.json").toFile()).has("2")).isTrue();
    try (Stream<Path> files = Files.list(to)) {
      assertThat(files).hasSize(1);
    }
    assertThat(err.toString())
        .contains(bad + ": Node 2 \"Main\" (Sampler): Its value \"heun\" does not fit")
        .doesNotContain("good.json");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void a_graph_in_the_api_format_stays_as_it_is() throws IOException {
    String graph = "{\"1\":{\"class_type\":\"Nowhere\",\"inputs\":{}}}";
    Path file = Files.writeString(place.resolve("api.json"), graph);

    assertThat(convert(file, "--object-info", classes())).isZero();

    assertThat(JSON.readTree(out.toString())).isEqualTo(JSON.readTree(graph));
  }

  @Test
  void what_is_no_workflow_is_named() throws IOException {
    Path text = Files.writeString(place.resolve("text.json"), "hello");
    Path list = Files.writeString(place.resolve("list.json"), "[]");

    assertThat(convert(text, list, place.resolve("none.json"), "--object-info", classes())).isOne();

    assertThat(err.toString())
        .contains("text.json: This is not JSON from line 1 on")
        .contains("list.json: The graph must be an object of nodes by id")
        .contains("none.json: There is no such file");
  }

  @Test
  void a_picture_gives_the_graph_that_made_it() throws IOException {
    byte[] prompt =
        Media.textChunk(
            "prompt", "{\"1\":{\"class_type\":\"Load\",\"inputs\":{},\"is_changed\":[NaN]}}");
    byte[] workflow =
        Media.textChunk(
            "workflow",
            "{\"nodes\":[{\"id\":7,\"type\":\"Blur\",\"widgets_values\":[3]}],\"links\":[]}");
    Path both = Files.write(place.resolve("both.png"), Media.png(prompt, workflow));
    Path editor = Files.write(place.resolve("editor.png"), Media.png(workflow));
    Path none = Files.write(place.resolve("none.png"), Media.png());
    Path to = place.resolve("api");

    assertThat(convert(both, editor, none, "--object-info", classes(), "--out", to)).isOne();

    assertThat(Files.readString(to.resolve("both.json"))).contains("Load").doesNotContain("NaN");
    assertThat(JSON.readTree(to.resolve("editor.json").toFile()).at("/7/inputs/radius").asInt())
        .isEqualTo(3);
    assertThat(err.toString()).contains("none.png: ComfyUI has written no workflow into it");
  }

  @Test
  void two_files_are_not_written_over_each_other() throws IOException {
    Path one = editorFile("order", "same.json");
    Path other = Files.copy(one, Files.createDirectory(place.resolve("more")).resolve("same.json"));

    assertThat(convert(one, other, "--object-info", classes(), "--out", place.resolve("api")))
        .isOne();

    assertThat(err.toString()).contains("as " + one + " was");
  }

  @Test
  void a_file_is_not_written_over_itself() throws IOException {
    Path file = editorFile("order", "same.json");

    assertThat(convert(file, "--object-info", classes(), "--out", place)).isOne();

    assertThat(JSON.readTree(file.toFile()).has("nodes")).isTrue();
    assertThat(err.toString()).contains("over itself");
  }

  @Test
  void object_info_must_declare_classes() throws IOException {
    Path file = editorFile("order", "mine.json");

    assertThat(convert(file, "--object-info", file)).isOne();

    assertThat(err.toString()).contains("is no answer to GET /object_info");
  }

  @Test
  void without_a_file_of_classes_the_servers_are_asked() throws IOException {
    Path file =
        Files.writeString(
            place.resolve("mine.json"),
            """
            {"nodes": [{"id": 1, "type": "EmptyLatentImage", "widgets_values": [640, 512, 1]}],
             "links": []}
            """);
    try (ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults())) {
      String settings =
          Files.readString(Path.of("config/application.properties"))
              .replace("{{env:COMFYUI_URLS:http://127.0.0.1:8188}}", comfy.url().toString())
              .replace(
                  "{{env:GATEWAY_BACKENDS_FILE:config/backends.yaml}}",
                  place.resolve("backends.yaml").toString())
              .replace("{{env:GATEWAY_DATA_DIR:data}}", place.resolve("data").toString());
      Path config = Files.writeString(place.resolve("application.properties"), settings);

      assertThat(convert(file, "--config", config)).as(err.toString()).isZero();
    }

    assertThat(JSON.readTree(out.toString()).at("/1/inputs/width").asInt()).isEqualTo(640);
    assertThat(place.resolve("data")).doesNotExist();
  }
}
