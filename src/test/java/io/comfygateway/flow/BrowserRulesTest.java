package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What browsers may do with answers, as long as the operator grants nothing more. */
@SharedGateway
class BrowserRulesTest {
  private static final String OTHER = "https://evil.example.com";
  private static final List<String> PATHS =
      List.of("/docs", "/docs/docs.js", "/openapi.json", "/jobs", "/health/ready", "/nothing");

  private final TestGateway gateway;

  BrowserRulesTest(TestGateway gateway) {
    this.gateway = gateway;
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
    Answer answer = gateway.getWith("/jobs", gateway.key(), "Origin", OTHER);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.response().headers().map()).doesNotContainKey("access-control-allow-origin");
    assertThat(preflight(OTHER).response().headers().map())
        .doesNotContainKeys("access-control-allow-origin", "access-control-allow-headers");
  }

  @Test
  void pages_of_other_sites_send_nothing_to_the_api_of_ComfyUI() {
    for (String path : List.of("/queue", "/api/queue", "/k/secret/queue")) {
      Answer refused = gateway.getWith(path, gateway.key(), "Sec-Fetch-Site", "cross-site");
      assertThat(refused.status()).as(path).isEqualTo(403);
      assertThat(refused.json().at("/error/type").asText()).as(path).isEqualTo("forbidden");
    }
    assertThat(gateway.getWith("/jobs", gateway.key(), "Sec-Fetch-Site", "cross-site").status())
        .isEqualTo(200);
  }
}
