package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file in {@code routes/doors} counts where {@code GATEWAY_DOORS} names it. */
class NamedDoorsTest {
  private static final String ROUTE =
      """
      - route:
          id: %s
          from:
            uri: direct:%s
            steps:
              - log: hello
      """;

  @TempDir private Path folder;

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectories(folder.resolve("doors"));
    write("stage.camel.yaml", "stage");
    write("doors/openai.camel.yaml", "openai");
    write("doors/modal.camel.yaml", "modal");
  }

  private void write(String file, String id) throws IOException {
    Files.writeString(folder.resolve(file), ROUTE.formatted(id, id));
  }

  private static Properties doors(String names) {
    Properties properties = new Properties();
    properties.setProperty("gateway.doors", names);
    return properties;
  }

  private Map<String, RouteFolder.Found> found(String names) throws IOException {
    return RouteFolder.of(folder, doors(names)).read();
  }

  @Test
  void no_door_is_read_by_itself() throws IOException {
    assertThat(found("")).containsOnlyKeys("stage.camel.yaml");
  }

  @Test
  void those_that_are_named_are_read() throws IOException {
    assertThat(found(" modal , openai,modal"))
        .containsOnlyKeys("stage.camel.yaml", "doors/modal.camel.yaml", "doors/openai.camel.yaml");
    assertThat(found("modal")).containsOnlyKeys("stage.camel.yaml", "doors/modal.camel.yaml");
  }

  @Test
  void a_door_that_is_not_there_is_a_fault_with_the_nearest_name() throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      List<FileFault> faults =
          new RouteCheck(context, folder, Set.of(), doors("opnai"), (to, template) -> {})
              .run()
              .faults();

      assertThat(faults).hasSize(1);
      assertThat(faults.get(0).toString())
          .contains("doors/opnai.camel.yaml", "GATEWAY_DOORS", "did you mean \"openai\"?");
    }
  }

  @Test
  void a_name_that_leads_to_another_folder_is_no_door() throws IOException {
    assertThat(found("../stage").get("doors/../stage.camel.yaml").text()).isEmpty();
  }

  @Test
  void the_running_gateway_says_the_same() throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      RouteFiles files =
          RouteFiles.of(
              context,
              folder,
              doors("opnai"),
              new RouteManner(
                  OwnRoutesTest.NO_REQUESTS,
                  (to, template) -> {},
                  Duration.ofSeconds(1),
                  Set.of()));
      context.start();
      files.refresh();

      assertThat(files.faults()).hasSize(1);
      assertThat(files.faults().get(0).text())
          .contains("doors/opnai.camel.yaml", "GATEWAY_DOORS", "did you mean \"openai\"?");
    }
  }
}
