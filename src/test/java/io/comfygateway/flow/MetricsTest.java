package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What /metrics tells, and whom. */
class MetricsTest {
  private static final String READER_KEY = "dora-0123456789abcdef";

  private static final String SEEN_RUNNING =
      "{\"prompt\":{\"1\":{\"class_type\":\"SlowImage\",\"inputs\":{\"width\":64,\"height\":64,\"seed\":1,\"steps\":30,\"step_ms\":20,\"fail\":false}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}}}";

  @TempDir Path data;
  private final Comfy comfy = Comfy.start();
  private final ShiftedClock clock = new ShiftedClock();
  private TestGateway gateway;

  private void start(String mode) {
    gateway =
        TestGateway.start(
                data,
                "gpu-1=" + comfy.url(),
                Map.of(
                    "gateway.metrics",
                    mode,
                    "gateway.callback.delays",
                    "0s,0s",
                    "gateway.api-keys",
                    "alice:" + TestGateway.KEY + ":run+raw,dora:" + READER_KEY + ":read-all"),
                clock)
            .ready();
  }

  @AfterEach
  void stop() {
    comfy.release();
    gateway.close();
    comfy.close();
  }

  private String scrape() {
    Answer answer = gateway.send(gateway.request("/metrics", READER_KEY));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    return answer.text();
  }

  private double number(String series) {
    clock.advance(java.time.Duration.ofSeconds(5));
    Matcher found = Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$").matcher(scrape());
    assertThat(found.find()).as(series).isTrue();
    return Double.parseDouble(found.group(1));
  }

  @Test
  void a_key_with_the_scope_read_all_is_asked_for_by_default() {
    start("key");

    assertThat(gateway.send(gateway.request("/metrics", "")).status()).isEqualTo(401);
    assertThat(gateway.get("/metrics").status()).isEqualTo(403);
    assertThat(scrape()).contains("gateway_database_up 1.0");
  }

  @Test
  void an_operator_opens_them_to_everybody_or_switches_them_off() {
    start("open");
    assertThat(gateway.send(gateway.request("/metrics", "")).status()).isEqualTo(200);
    gateway.close();

    start("off");
    assertThat(gateway.send(gateway.request("/metrics", READER_KEY)).status()).isEqualTo(404);
  }

  @Test
  void what_waits_and_runs_is_counted_and_how_old_the_oldest_is() {
    start("key");
    comfy.hold();
    String first = gateway.post("/webhook/smoke", "{}").id();
    String second = gateway.post("/webhook/smoke", "{}").id();
    gateway.post("/webhook/smoke", "{}");
    comfy.awaitSubmissions(first, 1);
    comfy.awaitSubmissions(second, 1);

    Awaitility.await()
        .untilAsserted(() -> assertThat(number("gateway_jobs{state=\"running\"}")).isEqualTo(1));
    assertThat(number("gateway_jobs{state=\"queued\"}")).isEqualTo(1);
    assertThat(number("gateway_jobs{state=\"ready\"}")).isEqualTo(1);
    assertThat(number("gateway_queue_oldest_seconds")).isGreaterThanOrEqualTo(5);
    assertThat(number("gateway_backend_up{backend=\"gpu-1\"}")).isEqualTo(1);
    assertThat(number("gateway_backend_prompts{backend=\"gpu-1\"}")).isEqualTo(2);
  }

  @Test
  void ended_jobs_are_timed_by_stage_deliveries_counted_by_result_and_nothing_secret_is_told()
      throws IOException {
    start("key");
    try (CallbackInbox inbox = CallbackInbox.start(n -> n == 0 ? 503 : 400)) {
      comfy.hold();
      String body = "{\"callback_url\":\"%s\"}".formatted(inbox.url("/secret-path"));
      String first = gateway.post("/webhook/smoke", body).id();
      String second = gateway.post("/webhook", SEEN_RUNNING).id();
      comfy.awaitSubmissions(second, 1);
      comfy.release();
      gateway.await(first, "succeeded");
      gateway.await(second, "succeeded");
      gateway.await(
          first, job -> "dead".equals(job.path("deliveries").path(0).path("status").asText()));

      for (String stage : new String[] {"queued", "ready", "running", "collecting"}) {
        assertThat(number("gateway_job_stage_seconds_count{stage=\"" + stage + "\"}"))
            .as(stage)
            .isEqualTo(2);
      }
      assertThat(number("gateway_job_seconds_count{status=\"succeeded\"}")).isEqualTo(2);
      assertThat(number("gateway_backend_idle_gap_seconds_count{backend=\"gpu-1\"}")).isEqualTo(1);
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(
                          number("gateway_delivery_tries_total{kind=\"callback\",result=\"dead\"}"))
                      .isEqualTo(1));
      assertThat(number("gateway_delivery_tries_total{kind=\"callback\",result=\"retry\"}"))
          .isEqualTo(1);
      assertThat(number("gateway_disk_syncs_total")).isPositive();
      assertThat(number("gateway_http_requests_seconds_count{status=\"202\"}")).isEqualTo(2);
      assertThat(number("gateway_http_requests_seconds_count{status=\"500\"}")).isZero();
      assertThat(number("gateway_job_reruns_total")).isZero();
      assertThat(number("gateway_database_connections_max")).isEqualTo(16);
      assertThat(number("gateway_disk_free_bytes{folder=\"files\"}")).isPositive();
      assertThat(number("gateway_deliveries_dead")).isEqualTo(1);

      assertThat(scrape())
          .contains("jvm_memory_used_bytes", "routeId=\"run-submit\"")
          .doesNotContain("http:", "127.0.0.1", "secret", TestGateway.KEY, "alice");
    }
  }
}
