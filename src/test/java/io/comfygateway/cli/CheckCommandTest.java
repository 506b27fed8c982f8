package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code gateway check}, on a copy of the shipped files with a fault in it. */
class CheckCommandTest {
  private static final String FAULTY = "faulty.camel.yaml";

  @TempDir Path place;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void copy() throws IOException {
    for (String folder : new String[] {"routes", "workflows"}) {
      Files.createDirectories(place.resolve(folder));
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, place.resolve(folder).resolve(file.getFileName()));
        }
      }
    }
    String settings =
        Files.readString(Path.of("config/application.properties"))
            .replace("{{env:GATEWAY_ROUTES_DIR:routes}}", place.resolve("routes").toString())
            .replace(
                "{{env:GATEWAY_WORKFLOWS_DIR:workflows}}", place.resolve("workflows").toString())
            .replace(
                "{{env:GATEWAY_BACKENDS_FILE:config/backends.yaml}}",
                place.resolve("backends.yaml").toString())
            .replace("{{env:GATEWAY_DATA_DIR:data}}", place.resolve("data").toString());
    Files.writeString(place.resolve("application.properties"), settings);
  }

  private int check() {
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute("check", "--config", place.resolve("application.properties").toString());
  }

  private void edit(String name, String from, String to) throws IOException {
    String text = Files.readString(place.resolve(name));
    assertThat(text).contains(from);
    Files.writeString(place.resolve(name), text.replaceFirst(Pattern.quote(from), to));
  }

  @Test
  void the_shipped_files_are_well_and_nothing_is_opened() {
    assertThat(check()).as(err.toString()).isZero();
    assertThat(out.toString()).contains("No faults");
    assertThat(place.resolve("data")).doesNotExist();
  }

  @Test
  void a_file_of_the_editor_is_converted_with_the_classes_of_a_server() throws IOException {
    Files.writeString(
        place.resolve("workflows/drawn.json"),
        """
        {"nodes": [{"id": 1, "type": "EmptyLatentImage", "widgets_values": [640, 512, 1]},
                   {"id": 2, "type": "NobodyHasThis", "widgets_values": [1]}], "links": []}
        """);

    assertThat(check()).as("without a server").isZero();
    assertThat(err.toString()).contains("warning: ").contains("drawn.json: This is a file of");

    try (ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults())) {
      edit(
          "application.properties",
          "{{env:COMFYUI_URLS:http://127.0.0.1:8188}}",
          comfy.url().toString());
      assertThat(check()).isOne();
    }
    assertThat(err.toString())
        .contains(
            "drawn.json: Node 2 (NobodyHasThis): This ComfyUI lacks the class \"NobodyHasThis\"");
  }

  @Test
  void workflows_that_can_never_run_are_warned_of_and_are_no_fault() throws IOException {
    Files.writeString(
        place.resolve("workflows/saves.json"),
        "{\"1\": {\"class_type\": \"Image Save\", \"inputs\": {}}}");
    Files.writeString(
        place.resolve("workflows/results.json"),
        "{\"1\": {\"class_type\": \"LoadImageOutput\", \"inputs\": {\"image\": \"a.png [output]\"}}}");

    assertThat(check()).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("warning: cannot run here: saves@1: Node 1 is a Image Save, which may not be")
        .contains("warning: cannot run here: results@1: image of node 1, a LoadImageOutput, reads");
  }

  @Test
  void a_class_that_no_server_has_is_warned_of_and_so_is_a_server_that_does_not_answer()
      throws IOException {
    Files.writeString(
        place.resolve("workflows/absent.json"),
        "{\"1\": {\"class_type\": \"NobodyHasThis\", \"inputs\": {}}}");
    try (ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults())) {
      edit(
          "application.properties",
          "{{env:COMFYUI_URLS:http://127.0.0.1:8188}}",
          comfy.url().toString());
      assertThat(check()).as(err.toString()).isZero();
      edit("application.properties", comfy.url().toString(), "gone=http://127.0.0.1:1");
      assertThat(check()).as(err.toString()).isZero();
    }

    assertThat(err.toString())
        .contains("warning: cannot run here: absent@1: No ComfyUI here has the node class Nobody")
        .containsOnlyOnce("cannot run here")
        .contains("warning: gone does not report its node classes");
  }

  @Test
  void a_route_file_that_is_no_YAML_is_named_with_its_line() throws IOException {
    Files.writeString(
        place.resolve("routes/mine.camel.yaml"), "- route:\n    id: mine\n   from: [\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString()).contains("mine.camel.yaml:3");
  }

  @Test
  void a_route_with_an_unknown_component_or_bean_is_named() throws IOException {
    Files.writeString(
        place.resolve("routes/one.camel.yaml"),
        "- route:\n    id: one\n    from:\n      uri: nosuch:thing\n      steps:\n        - log: x\n");
    Files.writeString(
        place.resolve("routes/two.camel.yaml"),
        "- route:\n    id: two\n    from:\n      uri: direct:two\n      steps:\n        - bean:\n            ref: nobody\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("one.camel.yaml")
        .contains("two.camel.yaml")
        .contains("nobody");
  }

  @Test
  void every_fault_of_routes_is_named_with_its_line_its_field_and_what_to_do() throws IOException {
    Path custom = Files.createDirectories(place.resolve("routes/custom"));
    Files.copy(Path.of("src/test/resources/check/faulty.camel.yaml"), custom.resolve(FAULTY));

    assertThat(check()).isEqualTo(1);
    List<String> expected = Files.readAllLines(Path.of("src/test/resources/check/faults.txt"));
    for (String fault : expected) {
      assertThat(err.toString()).contains(custom.resolve(FAULTY) + ":" + fault);
    }
    assertThat(err.toString()).contains(expected.size() + " faults.");
  }

  @Test
  void an_operation_of_the_contract_without_a_route_is_named() throws IOException {
    edit("routes/jobs.camel.yaml", "direct:cancelJob\n", "direct:cancelTheJob\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("api.camel.yaml:7: openApi.specification: The operation cancelJob (DELETE /jobs/")
        .contains("add a route that begins with direct:cancelJob");
  }

  @Test
  void a_bean_that_the_template_of_the_sockets_lacks_is_named() throws IOException {
    edit("routes/progress.camel.yaml", "ref: socketMessages", "ref: socketMessage");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("bean.ref: There is no bean \"socketMessage\"; did you mean \"socketMessages\"")
        .contains("1 fault.");
  }

  @Test
  void what_begins_in_a_file_that_is_no_YAML_is_not_called_missing() throws IOException {
    edit("routes/run.camel.yaml", "- route:\n    id: run\n", "- route:\n   - id: run\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString()).contains("run.camel.yaml:").contains("1 fault.");
  }

  @Test
  void a_route_that_is_no_item_of_a_list_and_a_misspelt_item_are_named() throws IOException {
    Path custom = Files.createDirectories(place.resolve("routes/custom"));
    Files.writeString(custom.resolve("a.camel.yaml"), "route:\n  id: a\n  from: direct:a\n");
    Files.writeString(custom.resolve("b.camel.yaml"), "- rute:\n    id: b\n    from: direct:b\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "a.camel.yaml:1: route: A file is a list, and this is no item of one, so it would not"
                + " be read; write - route: and indent what is under it")
        .contains("b.camel.yaml:1: rute: A file has no \"rute\"; did you mean \"route\"?");
  }

  @Test
  void a_misspelt_step_and_a_misspelt_field_are_named_and_are_no_fault_of_YAML()
      throws IOException {
    Path custom = Files.createDirectories(place.resolve("routes/custom"));
    Files.writeString(
        custom.resolve("a.camel.yaml"),
        "- route:\n    id: a\n    from:\n      uri: direct:a\n      steps:\n        - fliter:\n"
            + "            simple: ${body}\n");
    Files.writeString(
        custom.resolve("b.camel.yaml"),
        "- route:\n    id: b\n    from:\n      uri: direct:b\n      stepz:\n        - log: x\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("a.camel.yaml:6: Camel has no step or field \"fliter\"; did you mean \"filter\"?")
        .contains("b.camel.yaml:6: Camel has no step or field \"stepz\"; did you mean \"steps\"?")
        .contains("2 faults.");
  }

  @Test
  void steps_beside_from_are_said_to_be_in_the_wrong_place() throws IOException {
    Path custom = Files.createDirectories(place.resolve("routes/custom"));
    Files.writeString(
        custom.resolve("a.camel.yaml"),
        "- route:\n    id: a\n    from: direct:a\n    steps:\n      - log: x\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "a.camel.yaml:", ": \"steps\" does not belong here; the steps of a route are inside")
        .contains("1 fault.");
  }

  @Test
  void a_file_that_is_never_read_and_a_route_that_is_turned_off_are_warned_of() throws IOException {
    Path custom = Files.createDirectories(place.resolve("routes/custom/deeper"));
    Files.writeString(custom.resolve("../x.yaml"), "- route:\n    from: direct:x\n");
    Files.writeString(custom.resolve("y.camel.yaml"), "- route:\n    from: direct:y\n");
    edit(
        "routes/keys.camel.yaml",
        "    id: keys-list\n",
        "    id: keys-list\n    autoStartup: false\n");

    assertThat(check()).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains(
            "custom/x.yaml: This file is not read; name it x.camel.yaml, in the folder custom")
        .contains(
            "custom/deeper/y.camel.yaml: This file is not read; put it into the folder custom")
        .contains("The route \"keys-list\" is turned off");
  }

  @Test
  void a_folder_without_routes_is_a_fault() throws IOException {
    try (Stream<Path> files = Files.list(place.resolve("routes"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertThat(check()).isEqualTo(1);
    assertThat(err.toString()).contains("There is no file *.camel.yaml in it");
  }

  @Test
  void a_workflow_that_is_broken_is_named() throws IOException {
    Files.writeString(place.resolve("workflows/mine.json"), "{\"1\": {\"inputs\": {}}}");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString()).contains("mine.json").contains("Export (API)");
  }

  @Test
  void settings_that_cannot_be_used_are_all_named() throws IOException {
    Path file = place.resolve("application.properties");
    Files.writeString(
        file,
        Files.readString(file)
                .replace("{{env:GATEWAY_PORT:8080}}", "eighty")
                .replace("{{env:GATEWAY_WINDOW:2}}", "0")
                .replace("{{env:GATEWAY_DB_URL:}}", "postgresql://db")
            + "gateway.pull.interval-ms=5\n");

    int line = Files.readAllLines(file).indexOf("gateway.port=eighty") + 1;
    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("properties:" + line + ": gateway.port: \"eighty\" is not a whole number")
        .contains("gateway.window")
        .contains("gateway.db.url: it is not a JDBC URL")
        .contains("There is no setting of this name; did you mean \"gateway.poll.interval-ms\"?");
  }

  @Test
  void a_database_that_is_not_possible_is_refused_with_those_that_are() throws IOException {
    Path file = place.resolve("application.properties");
    Files.writeString(
        file, Files.readString(file).replace("{{env:GATEWAY_DB_URL:}}", "jdbc:mysql://db/gateway"));

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("gateway.db.url: the gateway keeps its jobs in PostgreSQL")
        .contains("H2 in the data folder");
  }

  @Test
  void a_fault_of_the_list_of_backends_is_named() throws IOException {
    Files.writeString(
        place.resolve("backends.yaml"), "backends:\n  gpu-1:\n    uri: http://127.0.0.1:1\n");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("backends.yaml:3: backends.gpu-1.uri: There is no field \"uri\"")
        .contains("backends.yaml:2: backends.gpu-1: It has no url; add one");
  }

  @Test
  void a_workflow_is_looked_at_even_when_settings_cannot_be_used() throws IOException {
    edit("application.properties", "{{env:GATEWAY_PORT:8080}}", "eighty");
    edit("workflows/txt2img.yaml", "required:", "requird:");

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString())
        .contains("gateway.port")
        .contains("txt2img.yaml:")
        .contains("Fix and check again");
  }
}
