package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator may grant to pages of other origins, and to readers of the docs. */
class BrowserSettingsTest {
  private static final String APP = "https://app.example.com";
  private static final String OTHER = "https://evil.example.com";

  @TempDir Path data;
  private final Comfy comfy = Comfy.start();
  private TestGateway gateway;

  private TestGateway start(Map<String, String> more) {
    gateway = TestGateway.start(data, comfy.url(), more);
    return gateway;
  }

  @AfterEach
  void stop() {
    gateway.close();
    comfy.close();
  }

  private Answer preflight(String origin) {
    return gateway.send(
        gateway
            .request("/webhook/smoke", "")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "x-api-key, content-type")
            .method("OPTIONS", BodyPublishers.noBody()));
  }

  @Test
  void pages_of_a_named_origin_may_send_a_key_and_read_and_others_may_not() {
    start(Map.of("gateway.cors.origins", APP + ", https://two.example.com"));

    Answer allowed = preflight(APP);
    assertThat(allowed.status()).isEqualTo(204);
    assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo(APP);
    assertThat(allowed.header("Access-Control-Allow-Headers"))
        .contains("X-API-Key", "Content-Type", "Idempotency-Key", "Prefer");
    assertThat(allowed.header("Access-Control-Allow-Methods")).contains("POST", "DELETE");
    assertThat(allowed.header("Access-Control-Allow-Credentials")).isEmpty();
    Answer read = gateway.getWith("/jobs", TestGateway.KEY, "Origin", APP);
    assertThat(read.header("Access-Control-Allow-Origin")).isEqualTo(APP);
    assertThat(read.header("Access-Control-Expose-Headers")).contains("Location", "ETag");
    assertThat(read.header("Vary")).containsIgnoringCase("origin");

    for (String other :
        List.of(OTHER, "null", APP + ".evil.com", "http://app.example.com", APP + ":8443")) {
      assertThat(preflight(other).response().headers().map())
          .as(other)
          .doesNotContainKey("access-control-allow-origin");
      assertThat(gateway.getWith("/jobs", TestGateway.KEY, "Origin", other).header("Vary"))
          .containsIgnoringCase("origin");
    }
  }

  @Test
  void every_origin_may_read_where_that_is_said_but_never_with_cookies() {
    start(Map.of("gateway.cors.origins", "*"));

    Answer allowed = preflight(OTHER);
    assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(allowed.header("Access-Control-Allow-Credentials")).isEmpty();
  }

  @Test
  void the_docs_are_for_everybody_for_those_with_a_key_or_for_nobody() {
    start(Map.of("gateway.docs", "key"));
    for (String path : List.of("/docs", "/docs/docs.js", "/openapi.json")) {
      assertThat(gateway.getWith(path, "").status()).as(path).isEqualTo(401);
      assertThat(gateway.get(path).status()).as(path).isEqualTo(200);
    }
    gateway.close();

    start(Map.of("gateway.docs", "off"));
    for (String path : List.of("/docs", "/docs/docs.js", "/openapi.json")) {
      Answer answer = gateway.get(path);
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }
    assertThat(gateway.get("/jobs").status()).isEqualTo(200);
  }
}
