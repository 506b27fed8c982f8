package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReservedPathsTest {
  private final ReservedPaths paths = new ReservedPaths(Contract.shipped());

  private java.util.List<String> reserved(String yaml) {
    return paths.of(RouteText.of(yaml)).stream()
        .map(path -> path.value().line() + " " + path.path())
        .toList();
  }

  @Test
  void a_route_may_listen_at_no_path_of_the_contract_however_it_is_written() {
    assertThat(
            reserved(
                """
                - from:
                    uri: platform-http:/keys
                - route:
                    from:
                      uri: "platform-http://webhook/mine?httpMethodRestrict=POST"
                - route:
                    from:
                      uri: platform-http
                      parameters:
                        path: jobs/{id}
                - route:
                    from: platform-http:/metrics
                - rest:
                    path: /workflows
                    get:
                      - to: direct:mine
                      - path: /{name}
                        to: direct:mine
                """))
        .containsExactly(
            "2 /keys",
            "5 /webhook/mine",
            "10 /jobs/{id}",
            "12 /metrics",
            "16 /workflows",
            "17 /workflows/{name}");
  }

  @Test
  void any_other_path_is_free() {
    assertThat(
            reserved(
                """
                - from:
                    uri: platform-http:/my/keys
                    parameters:
                      path: /keys
                - route:
                    from:
                      uri: direct:keys
                      steps:
                        - to: platform-http:/keys
                - rest:
                    path: /my
                    get:
                      - path: /keys
                        to: direct:mine
                """))
        .isEmpty();
  }
}
