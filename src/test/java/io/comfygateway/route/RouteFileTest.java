package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouteFileTest {

  private static RouteFile.Content read(String text) {
    return RouteFile.Content.of(RouteText.of(text));
  }

  @Test
  void no_shipped_route_is_started_by_camels_timer_which_counts_wall_time() throws Exception {
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".yaml")))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContain("uri: timer:"));
    }
  }

  @Test
  void what_a_file_defines_is_read_from_its_text() {
    RouteFile.Content content =
        read(
            """
            - routeConfiguration:
                id: mine
            - route:
                id: one
                routeConfigurationId: mine,theirs
                from:
                  uri: direct:one
                  steps:
                    - log:
                        id: step
                        message: hello
            - routeTemplate:
                id: pattern
                parameters:
                  - name: x
                route:
                  routeConfigurationId: templates
                  from:
                    uri: direct:{{x}}
                    steps: []
            """);

    assertThat(content)
        .isEqualTo(
            new RouteFile.Content(
                Set.of("one"),
                Set.of("pattern"),
                List.of("mine"),
                Set.of("mine", "theirs", "templates")));
  }

  @Test
  void the_route_that_Camel_makes_of_a_contract_counts_as_one_of_the_file() {
    RouteFile.Content content =
        read("- rest:\n    id: all\n    openApi: {routeId: api, specification: openapi.json}\n");

    assertThat(content.routes()).containsExactly("api");
  }

  @Test
  void a_route_id_that_is_used_twice_in_a_file_is_refused() {
    assertThatThrownBy(
            () -> read("- route:\n    id: a\n- route:\n    id: b\n- route:\n    id: a\n"))
        .hasMessage("the route id a is used twice in this file; choose another");
  }

  @Test
  void a_route_configuration_that_no_file_has_is_refused() {
    RouteFile.Content content =
        read("- route:\n    id: a\n    routeConfigurationId: jobs,nobodys\n");
    RouteFile errors = new RouteFile("e", "", read("- routeConfiguration:\n    id: jobs\n"));

    assertThatThrownBy(() -> content.requireConfigurations(List.of(errors)))
        .hasMessageContaining("no route configuration \"nobodys\"")
        .hasMessageContaining("[jobs]");
  }
}
