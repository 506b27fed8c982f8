package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Routes in {@code custom}: what they log, and what becomes of their failures. */
class OwnRoutesTest {
  static final Requests NO_REQUESTS =
      new Requests() {
        @Override
        public boolean pause(Duration atMost) {
          return true;
        }

        @Override
        public void resume() {}
      };

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("routes");
  private DefaultCamelContext context;

  @BeforeEach
  void prepare() throws IOException {
    lines.start();
    logger.addAppender(lines);
    Files.createDirectories(folder.resolve("custom"));
    String errors = Files.readString(Path.of("routes/errors.camel.yaml"));
    Files.writeString(
        folder.resolve("errors.camel.yaml"),
        Arrays.stream(errors.split("(?m)^(?=- routeConfiguration:)"))
            .filter(part -> part.contains("id: own-routes"))
            .findFirst()
            .orElseThrow());
    context = new DefaultCamelContext();
    context.getRegistry().bind("routeFailures", new RouteFailures());
    context.start();
  }

  @AfterEach
  void close() throws IOException {
    context.close();
    logger.detachAppender(lines);
  }

  private void load(String route) throws IOException {
    Files.writeString(folder.resolve("custom/mine.camel.yaml"), route);
    RouteFiles files =
        RouteFiles.of(
            context,
            folder,
            new Properties(),
            new RouteManner(
                NO_REQUESTS, (to, template) -> {}, Duration.ofSeconds(5), Set.of("routeFailures")));
    files.refresh();
    assertThat(files.faults()).isEmpty();
  }

  private List<String> logged(String route) {
    return lines.list.stream()
        .map(
            line -> line.getLevel() + " " + line.getLoggerName() + " " + line.getFormattedMessage())
        .filter(line -> line.contains(route))
        .toList();
  }

  @Test
  void a_log_step_writes_to_the_logger_of_routes() throws IOException {
    load(
        """
        - route:
            id: own-log
            from:
              uri: direct:own-log
              steps:
                - log: I saw ${body}
        """);

    context.createProducerTemplate().sendBody("direct:own-log", "it");

    assertThat(logged("own-log")).containsExactly("INFO routes.own-log I saw it");
    assertThat(logger.getLevel()).isEqualTo(Level.INFO);
  }

  @Test
  void a_failure_is_one_line_with_file_line_route_and_step_and_goes_no_further()
      throws IOException {
    load(
        """
        - route:
            id: own-failing
            from:
              uri: seda:own-failing
              steps:
                - log: begin
                - throwException:
                    id: own-step
                    exceptionType: java.lang.IllegalArgumentException
                    message: too bad
        """);

    context
        .createProducerTemplate()
        .requestBody("seda:own-failing?waitForTaskToComplete=Always", "x");

    assertThat(logged("route failed"))
        .containsExactly(
            "WARN routes route failed file=custom/mine.camel.yaml:7 route=own-failing"
                + " step=own-step reason=java.lang.IllegalArgumentException: too bad");
  }

  @Test
  void a_route_that_another_calls_leaves_its_failure_to_that_one() throws IOException {
    load(
        """
        - route:
            id: own-called
            from:
              uri: direct:own-called
              steps:
                - throwException:
                    exceptionType: java.lang.IllegalArgumentException
                    message: too bad
        """);

    assertThatThrownBy(() -> context.createProducerTemplate().sendBody("direct:own-called", "x"))
        .isInstanceOf(CamelExecutionException.class)
        .hasRootCauseMessage("too bad");
    assertThat(logged("own-called")).isEmpty();
  }

  @Test
  void routes_that_call_each_other_in_a_loop_fail_and_are_named() throws IOException {
    load(
        """
        - route:
            id: own-first
            from:
              uri: direct:own-first
              steps:
                - to: direct:own-second
        - route:
            id: own-second
            from:
              uri: direct:own-second
              steps:
                - to: direct:own-first
        """);

    assertThatThrownBy(() -> context.createProducerTemplate().sendBody("direct:own-first", "x"))
        .isInstanceOf(CamelExecutionException.class)
        .rootCause()
        .hasMessageStartingWith(
            "routes call each other in a loop: own-second → own-first → own-second → own-first");
  }

  @Test
  void a_route_may_be_called_many_times_one_after_the_other() throws IOException {
    load(
        """
        - route:
            id: own-often
            from:
              uri: direct:own-often
              steps:
                - loop:
                    constant: "200"
                    steps:
                      - to: direct:own-once
                - split:
                    simple: ${body}
                    parallelProcessing: true
                    steps:
                      - to: direct:own-once
        - route:
            id: own-once
            from:
              uri: direct:own-once
              steps:
                - setHeader:
                    name: seen
                    simple: ${body}
        """);

    assertThat(context.createProducerTemplate().requestBody("direct:own-often", "it"))
        .isEqualTo("it");
  }

  @Test
  void a_route_with_error_handling_of_its_own_keeps_it() throws IOException {
    load(
        """
        - routeConfiguration:
            id: mine
            onException:
              - onException:
                  exception:
                    - java.lang.Exception
                  handled:
                    constant: "true"
                  steps:
                    - log: own-handling
        - route:
            id: own-handled
            routeConfigurationId: mine
            from:
              uri: seda:own-handled
              steps:
                - throwException:
                    exceptionType: java.lang.IllegalArgumentException
                    message: too bad
        """);

    context
        .createProducerTemplate()
        .requestBody("seda:own-handled?waitForTaskToComplete=Always", "x");

    assertThat(logged("route failed")).isEmpty();
    assertThat(logged("own-handling")).hasSize(1);
  }
}
