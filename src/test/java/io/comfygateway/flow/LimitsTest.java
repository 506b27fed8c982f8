package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller is told who has too much waiting, and whose turn it is otherwise. */
class LimitsTest {
  @TempDir Path data;
  private final Comfy comfy = Comfy.start();
  private TestGateway gateway;

  private void start(Map<String, String> limits) {
    comfy.hold();
    gateway = TestGateway.start(data, comfy.url(), limits).ready();
  }

  @AfterEach
  void stop() {
    comfy.release();
    gateway.close();
    comfy.close();
  }

  private String submit(String key) {
    Answer answer = gateway.postWith("/webhook/smoke", key, "{}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  @Test
  void a_caller_with_too_many_waiting_is_told_which_limit_it_is_and_when_to_come_back() {
    start(Map.of("gateway.max-waiting-per-key", "1", "gateway.window", "1"));
    comfy.awaitSubmissions(submit(TestGateway.KEY), 1);
    submit(TestGateway.KEY);

    Answer refused = gateway.post("/webhook/smoke", "{}");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(refused.header("Retry-After")).isEqualTo("10");
    assertThat(refused.json().path("type").asText()).isEqualTo("/problems/key-queue-full");
    assertThat(refused.json().path("detail").asText())
        .contains("\"alice\" has 1 jobs waiting")
        .contains("GATEWAY_MAX_WAITING_PER_KEY");
    submit(TestGateway.OTHER_KEY);
  }

  @Test
  void a_full_queue_refuses_everybody_and_takes_jobs_again_when_one_has_gone() {
    start(Map.of("gateway.max-waiting", "1", "gateway.window", "1"));
    comfy.awaitSubmissions(submit(TestGateway.KEY), 1);
    String waiting = submit(TestGateway.KEY);

    Answer refused = gateway.postWith("/webhook/smoke", TestGateway.OTHER_KEY, "{}");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.json().path("type").asText()).isEqualTo("/problems/queue-full");

    gateway.delete("/jobs/" + waiting);
    Awaitility.await()
        .until(
            () -> gateway.postWith("/webhook/smoke", TestGateway.OTHER_KEY, "{}").status() == 202);
  }

  @Test
  void a_caller_has_no_more_on_the_servers_than_allowed_and_others_go_past() {
    start(Map.of("gateway.max-running-per-key", "1", "gateway.window", "3"));
    String first = submit(TestGateway.KEY);
    String second = submit(TestGateway.KEY);
    String other = submit(TestGateway.OTHER_KEY);

    comfy.awaitSubmissions(first, 1);
    comfy.awaitSubmissions(other, 1);
    assertThat(comfy.submissions(second)).isZero();

    comfy.release();
    gateway.await(second, "succeeded");
  }
}
