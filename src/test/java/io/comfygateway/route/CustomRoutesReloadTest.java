package io.comfygateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.simulator.ComfySimulator;
import io.comfygateway.simulator.SimulatorOptions;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Custom routes for requests, in a gateway that runs. */
class CustomRoutesReloadTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "custom/moderation.camel.yaml";
  private static final String OUTPUT = "custom/output.camel.yaml";
  private static final String CAT = "{\"inputs\": {\"prompt\": \"a cat\"}}";

  @TempDir Path place;
  private LiveGateway gateway;

  @Test
  void a_route_for_requests_is_called_replaced_and_removed_while_the_gateway_runs()
      throws Exception {
    try (ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults());
        LiveGateway started = LiveGateway.start(place, comfy.url().toString())) {
      gateway = started;
      assertThat(submit().statusCode()).isEqualTo(202);

      gateway.write(FILE, refusing("451"));
      await().until(() -> submit().statusCode() == 451);
      assertThat(problem(submit()).path("detail").asText()).isEqualTo("no cats");
      JsonNode batch =
          problem(
              gateway.post(
                  "/batches",
                  "{\"workflow\": \"txt2img\", \"jobs\": [{\"inputs\": {\"prompt\": \"a dog\"}}, %s]}"
                      .formatted(CAT)));
      assertThat(batch.at("/errors/0/pointer").asText()).isEqualTo("/jobs/1");
      assertThat(batch.at("/errors/0/detail").asText()).isEqualTo("no cats");
      assertThat(batch.path("errors")).hasSize(1);

      gateway.write(FILE, refusing("403"));
      await().until(() -> submit().statusCode() == 403);

      gateway.write(FILE, refusing("403").replace("constant: no cats", "jq: '.inputs + 1'"));
      await().until(() -> submit().statusCode() == 400);
      assertThat(problem(submit()).path("detail").asText()).contains("custom-request");

      gateway.delete(FILE);
      await().until(() -> submit().statusCode() == 202);
    }
  }

  @Test
  void outputs_and_results_pass_through_routes_of_the_operators_own() throws Exception {
    try (ComfySimulator comfy = ComfySimulator.start(SimulatorOptions.defaults());
        LiveGateway started = LiveGateway.start(place, comfy.url().toString())) {
      gateway = started;
      gateway.write(
          "custom/result.camel.yaml",
          """
          - route:
              id: bill
              from:
                uri: direct:custom-result
                steps:
                  - setBody: {jq: '.metadata.files = (.outputs | length)'}
          """);
      awaitRoute("bill");
      assertThat(ended("succeeded").at("/metadata/files").asInt()).isEqualTo(1);

      gateway.write(OUTPUT, output("- setHeader: {name: GatewayHoldBack, constant: a person}"));
      awaitRoute("review");
      JsonNode held = ended("succeeded");
      assertThat(held.path("outputs")).isEmpty();
      assertThat(held.at("/warnings/0/code").asText()).isEqualTo("output_held_back");
      assertThat(held.at("/warnings/0/detail").asText()).isEqualTo("a person");
      assertThat(held.at("/metadata/files").asInt(-1)).isZero();

      gateway.write(
          OUTPUT,
          output(
              "- setHeader: {name: GatewayProblem, constant: '422'}\n"
                  + "- setBody: {constant: No faces.}"));
      JsonNode refused =
          await().until(() -> ended(""), job -> job.at("/error/type").asText().contains("refused"));
      assertThat(refused.at("/error/type").asText()).isEqualTo("output_refused");
      assertThat(refused.at("/error/detail").asText()).isEqualTo("No faces.");
    }
  }

  private void awaitRoute(String id) {
    await().until(() -> gateway.server().context().getRoute(id) != null);
  }

  private JsonNode ended(String status) throws Exception {
    String id = problem(submit()).path("id").asText();
    JsonNode job =
        await()
            .until(
                () -> LiveGateway.json(gateway.get("/jobs/" + id)), now -> now.has("finished_at"));
    assertThat(job.path("status").asText()).contains(status);
    return job;
  }

  private static String output(String steps) {
    return """
    - route:
        id: review
        from:
          uri: direct:custom-output
          steps:
    """
        + steps.indent(8);
  }

  private static String refusing(String status) {
    return """
    - route:
        id: moderation
        from:
          uri: direct:custom-request
          steps:
            - filter:
                jq: '.inputs.prompt | contains("cat")'
                steps:
                  - setBody:
                      constant: no cats
                  - setHeader:
                      name: GatewayProblem
                      constant: "%s"
    """
        .formatted(status);
  }

  private HttpResponse<String> submit() {
    return gateway.post("/webhook/txt2img", CAT);
  }

  private static JsonNode problem(HttpResponse<String> response) throws Exception {
    return JSON.readTree(response.body());
  }
}
