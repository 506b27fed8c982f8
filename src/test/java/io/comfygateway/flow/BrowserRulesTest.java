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

/** What browsers are told: of pages and of what is none, of other origins, and of the docs. */
class BrowserRulesTest {
  private static final String APP = "https://app.example.com";
  private static final String OTHER = "https://evil.example.com";
  private static final List<String> PATHS =
      List.of("/docs", "/docs/docs.js", "/openapi.json", "/jobs", "/health/ready", "/nothing");

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
  void every_answer_is_no_page_and_is_not_kept_unless_a_route_says_otherwise() {
    start(Map.of()).ready();

    for (String path : PATHS) {
      Answer answer = gateway.get(path);
      assertThat(answer.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
      assertThat(answer.header("X-Frame-Options")).as(path).isEqualTo("DENY");
      assertThat(answer.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
      assertThat(answer.header("Content-Security-Policy"))
          .as(path)
          .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'");
      assertThat(answer.header("Strict-Transport-Security")).as(path).isEmpty();
    }
    assertThat(gateway.get("/docs").header("Content-Security-Policy"))
        .contains("script-src 'self';")
        .doesNotContain("sandbox");
    assertThat(gateway.get("/docs/docs.js").header("Cache-Control")).contains("max-age=3600");
    Answer job = gateway.post("/webhook/smoke?respond=result", "{}");
    assertThat(job.header("Cache-Control")).isEqualTo("no-store");
    assertThat(gateway.get("/jobs/" + job.id()).header("Cache-Control")).isEqualTo("no-store");
    assertThat(gateway.get("/jobs").header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void a_picture_that_a_job_has_put_out_is_shown_and_can_run_nothing() {
    start(Map.of()).ready();
    Answer picture = gateway.post("/webhook/smoke?respond=result", "{}");
    Answer shown = gateway.get("/jobs/" + picture.id() + "/outputs/0");

    assertThat(shown.header("Content-Type")).isEqualTo("image/png");
    assertThat(shown.header("Content-Disposition")).startsWith("inline;");
    assertThat(shown.header("Content-Security-Policy"))
        .contains("sandbox")
        .contains("default-src 'none'")
        .doesNotContain("script-src");
    assertThat(shown.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @Test
  void pages_of_other_origins_read_nothing_as_long_as_none_is_named() {
    start(Map.of());

    Answer answer = gateway.getWith("/jobs", TestGateway.KEY, "Origin", OTHER);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.response().headers().map()).doesNotContainKey("access-control-allow-origin");
    assertThat(preflight(OTHER).response().headers().map())
        .doesNotContainKeys("access-control-allow-origin", "access-control-allow-headers");
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
