package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that read a property which nothing sets, at the start and when they are edited. */
class NamesAtStartTest {
  private static final String ROUTE =
      """
      - route:
          id: %s
          from:
            uri: direct:%s
            steps:
              - setBody:
                  simple: ${exchangeProperty.%s}%s
      """;

  @TempDir Path folder;

  @Test
  void a_stage_runs_at_the_start_all_the_same_and_is_named_and_an_own_route_does_not()
      throws IOException {
    Files.createDirectories(folder.resolve("custom"));
    Files.writeString(
        folder.resolve("stage.camel.yaml"), ROUTE.formatted("stage", "stage", "outcom", "a"));
    Files.writeString(
        folder.resolve("custom/mine.camel.yaml"), ROUTE.formatted("mine", "mine", "outcom", "a"));
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      context.start();
      RouteFiles files =
          RouteFiles.of(
              context,
              folder,
              new Properties(),
              new RouteManner(
                  OwnRoutesTest.NO_REQUESTS,
                  (to, template) -> {},
                  Duration.ofSeconds(5),
                  Set.of()));

      for (int look = 0; look < 3; look++) {
        files.refresh();
        assertThat(context.getRoute("stage")).isNotNull();
        assertThat(context.getRoute("mine")).isNull();
        assertThat(files.faults())
            .extracting(RouteFault::text)
            .containsExactly(
                "custom/mine.camel.yaml:7: setBody.simple: Nothing sets the property \"outcom\";"
                    + " did you mean \"outcome\"?; fix the name, or set it with setProperty",
                "stage.camel.yaml:7: setBody.simple: Nothing sets the property \"outcom\"; did you"
                    + " mean \"outcome\"?; fix the name, or set it with setProperty");
      }

      Files.writeString(
          folder.resolve("stage.camel.yaml"), ROUTE.formatted("edited", "stage", "outcom", "b"));
      files.refresh();
      files.refresh();
      assertThat(context.getRoute("edited")).isNull();
      assertThat(context.getRoute("stage")).isNotNull();

      Files.writeString(
          folder.resolve("stage.camel.yaml"), ROUTE.formatted("edited", "stage", "outcome", "b"));
      files.refresh();
      files.refresh();
      assertThat(context.getRoute("edited")).isNotNull();
      assertThat(files.faults())
          .extracting(RouteFault::file)
          .containsOnly("custom/mine.camel.yaml");
    }
  }
}
