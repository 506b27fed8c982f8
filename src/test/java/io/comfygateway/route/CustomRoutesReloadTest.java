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
