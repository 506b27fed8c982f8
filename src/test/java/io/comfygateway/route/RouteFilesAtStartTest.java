package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The route files that a gateway finds when it starts. */
class RouteFilesAtStartTest {
  private static final String GOOD =
      """
      - route:
          id: extra
          from:
            uri: platform-http:/extra
            steps:
              - setBody:
                  constant: good
      """;

  @TempDir private Path folder;
  private final ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults());
  private LiveGateway gateway;

  @AfterEach
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void every_shipped_file_is_taken_without_a_fault() throws IOException {
    gateway = LiveGateway.start(folder, comfy.url().toString());

    assertThat(gateway.server().routeFaults()).isEmpty();
    assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(200);
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }

  @Test
  void a_copied_id_and_a_path_of_the_contract_take_down_only_the_copy() throws IOException {
    Path custom = Files.createDirectories(folder.resolve("routes/custom"));
    String route =
        """
        - route:
            id: %s
            from:
              uri: %s
              steps:
                - setBody:
                    constant: mine
        """;
    String configuration =
        """
        - routeConfiguration:
            id: own-rules
        """;
    Files.writeString(custom.resolve("a.camel.yaml"), route.formatted("jobs-get", "direct:mine"));
    Files.writeString(
        custom.resolve("b.camel.yaml"), configuration + route.formatted("keys-list", "direct:b"));
    Files.writeString(custom.resolve("c.camel.yaml"), route.formatted("c", "direct:getJob"));
    Files.writeString(custom.resolve("d.camel.yaml"), route.formatted("d", "platform-http:/keys"));
    Files.writeString(custom.resolve("e.camel.yaml"), route.formatted("e", "platform-http:/*"));
    gateway = LiveGateway.start(folder, comfy.url().toString());

    assertThat(gateway.server().routeFaults())
        .extracting(RouteFault::file)
        .containsExactlyInAnyOrder(
            "custom/a.camel.yaml",
            "custom/b.camel.yaml",
            "custom/c.camel.yaml",
            "custom/d.camel.yaml");
    gateway.awaitFault("custom/a.camel.yaml", "\"jobs-get\" is used in jobs.camel.yaml:3 already");
    gateway.awaitFault("custom/b.camel.yaml", "\"keys-list\" is used in keys.camel.yaml:3 already");
    gateway.awaitFault("custom/d.camel.yaml", "The path /keys belongs to the gateway's own");
    gateway.awaitStatus(gateway.submit(), "succeeded");
    assertThat(gateway.get("/keys").body()).doesNotContain("mine");
    assertThat(gateway.get("/jobs/1").body()).doesNotContain("mine");
    assertThat(gateway.get("/elsewhere").body()).isEqualTo("mine");
  }

  @Test
  void a_faulty_file_at_the_start_is_named_and_every_other_file_serves() throws IOException {
    Files.createDirectories(folder.resolve("routes/custom"));
    Files.writeString(folder.resolve("routes/custom/good.camel.yaml"), GOOD);
    Files.writeString(
        folder.resolve("routes/custom/faulty.camel.yaml"),
        """
        - route:
            id: begun
            from:
              uri: direct:begun
              steps:
                - log: seen
        - route:
            id: wrong
            from:
              uri: no-such-thing:here
              steps:
                - log: never
        """);
    gateway = LiveGateway.start(folder, comfy.url().toString());

    RouteFault fault = gateway.awaitFault("custom/faulty.camel.yaml", "no-such-thing");
    assertThat(fault.line()).contains(10);
    assertThat(gateway.server().routeFaults()).hasSize(1);
    assertThat(gateway.server().context().getRoute("begun")).isNull();
    assertThat(gateway.get("/extra").body()).isEqualTo("good");
    gateway.awaitStatus(gateway.submit(), "succeeded");
  }
}
