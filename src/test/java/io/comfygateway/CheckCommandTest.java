package io.comfygateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code gateway check}, on a copy of the shipped files with a fault in it. */
class CheckCommandTest {
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
            .replace("{{env:GATEWAY_DATA_DIR:data}}", place.resolve("data").toString());
    Files.writeString(place.resolve("application.properties"), settings);
  }

  private int check() {
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute("check", "--config", place.resolve("application.properties").toString());
  }

  @Test
  void the_shipped_files_are_well_and_nothing_is_opened() {
    assertThat(check()).as(err.toString()).isZero();
    assertThat(out.toString()).contains("All is well");
    assertThat(place.resolve("data")).doesNotExist();
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
  void a_workflow_that_is_broken_is_named() throws IOException {
    Files.writeString(place.resolve("workflows/mine.json"), "{\"nodes\": [], \"links\": []}");

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
            .replace("{{env:GATEWAY_WINDOW:2}}", "0"));

    assertThat(check()).isEqualTo(1);
    assertThat(err.toString()).contains("gateway.port").contains("gateway.window");
  }
}
