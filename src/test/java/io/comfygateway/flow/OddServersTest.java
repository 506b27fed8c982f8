package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers, and what stands before them, that answer what ComfyUI never does. */
class OddServersTest {
  private static final AtomicInteger COLORS = new AtomicInteger(7_000_000);
  private static Comfy comfy;
  private static OddServer odd;
  private static TestGateway gateway;

  @BeforeAll
  static void start(@TempDir Path data) {
    comfy = Comfy.start();
    odd = OddServer.before(comfy);
    gateway =
        TestGateway.start(
                data,
                "gpu=" + odd.url(),
                Map.of("gateway.window", "20", "gateway.recover.interval-ms", "100"))
            .ready();
  }

  @AfterAll
  static void stop() {
    comfy.release();
    gateway.close();
    odd.close();
    comfy.close();
  }

  /** A job whose prompt is known by its color. */
  private record Ordered(String id, AtomicInteger answers) {}

  private static String submit(String color) {
    return gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":" + color + "}}").id();
  }

  private static Ordered order(int times, OddServer.Answer answer) {
    String color = String.valueOf(COLORS.incrementAndGet());
    AtomicInteger answers = odd.answer(OddServer.prompt(color), times, answer);
    return new Ordered(submit(color), answers);
  }

  private static String statusOfServer() {
    return gateway.get("/health/ready").json().at("/parts/backends/gpu/status").asText();
  }

  @Test
  void a_prompt_that_is_not_taken_fails_after_some_attempts_and_holds_up_no_other() {
    Map<String, Ordered> all = new LinkedHashMap<>();
    String html = "<html>login</html>";
    for (int status : new int[] {302, 401, 403, 404, 429}) {
      all.put(
          "it answered " + status + " with text/html to POST /prompt",
          order(9, OddServer.answer(status, "text/html", html)));
    }
    all.put(
        "it answered 503 with text/html to POST /prompt",
        order(9, OddServer.answer(503, "text/html", html, "Retry-After", "0")));
    all.put("it answered 500 to POST /prompt", order(9, OddServer.answer(500, "text/html", html)));
    all.put(
        "it answered 200 to POST /prompt with text/html",
        order(9, OddServer.answer(200, "text/html", html)));
    all.put(
        "it answered 200 to POST /prompt with application/json",
        order(9, OddServer.answer(200, "application/json", "{\"ok\":true}")));
    all.put("its answer is larger than 4000000 bytes", order(9, OddServer.blanks(64)));
    all.put("the header lines of its answer are too many", order(9, OddServer.headers(20_000)));

    String other = submit("123");
    gateway.await(other, "succeeded");
    assertThat(all.values()).anySatisfy(job -> assertThat(status(job.id())).isEqualTo("queued"));

    all.forEach(
        (why, ordered) -> {
          JsonNode job = gateway.await(ordered.id(), "failed");
          assertThat(job.at("/error/type").asText()).as(why).isEqualTo("backend_error");
          assertThat(job.at("/error/detail").asText())
              .contains(why)
              .contains("gpu did not take the prompt in attempt 3 of 3");
          assertThat(job.path("attempts").asInt()).as(why).isEqualTo(3);
          assertThat(ordered.answers().get()).as(why).isEqualTo(3);
          assertThat(comfy.submissions(ordered.id())).as(why).isZero();
        });
    assertThat(statusOfServer()).isEqualTo("up");
  }

  private static String status(String id) {
    return gateway.job(id).path("status").asText();
  }

  @Test
  void a_prompt_that_is_too_large_for_a_proxy_fails_at_once_and_says_so() {
    Ordered ordered = order(9, OddServer.answer(413, "text/html", "<html>too large</html>"));

    JsonNode job = gateway.await(ordered.id(), "failed");

    assertThat(job.at("/error/detail").asText()).contains("413").contains("too large");
    assertThat(ordered.answers().get()).isEqualTo(1);
  }

  @Test
  void a_rate_limit_says_when_the_prompt_is_sent_again_and_the_job_tells_of_it() {
    Ordered soon = order(1, OddServer.answer(429, "text/plain", "slow down", "Retry-After", "0"));
    Ordered late =
        order(1, OddServer.answer(503, "text/plain", "slow down", "Retry-After", "3600"));

    JsonNode job = gateway.await(soon.id(), "succeeded");
    assertThat(job.path("attempts").asInt()).as(job.toString()).isEqualTo(2);
    assertThat(job.path("warnings").toString()).contains("429").contains("rate limit");

    JsonNode waiting = gateway.await(late.id(), now -> !now.path("warnings").isEmpty());
    assertThat(waiting.path("status").asText()).isEqualTo("queued");
    gateway.await(submit("124"), "succeeded");
    assertThat(status(late.id())).isEqualTo("queued");
    assertThat(gateway.delete("/jobs/" + late.id()).json().path("status").asText())
        .isEqualTo("cancelled");
  }

  @Test
  void what_is_no_queue_or_history_does_not_mean_that_a_prompt_is_lost() {
    comfy.hold();
    String id = submit("125");
    comfy.awaitSubmissions(id, 1);
    AtomicInteger answers = new AtomicInteger();
    for (String json :
        new String[] {
          "{}", "{\"error\":\"maintenance\"}", "[]", "{\"queue_running\":5,\"queue_pending\":[]}"
        }) {
      AtomicInteger queue =
          odd.answer(
              OddServer.line("GET /queue"), 1, OddServer.answer(200, "application/json", json));
      Awaitility.await().until(() -> queue.get() == 1);
      answers.addAndGet(queue.get());
    }
    AtomicInteger history =
        odd.answer(
            OddServer.line("GET /history/" + id),
            3,
            OddServer.answer(401, "application/json", "{\"error\":\"login\"}"));
    Awaitility.await().until(() -> history.get() == 3);
    comfy.release();

    JsonNode job = gateway.await(id, "succeeded");

    assertThat(answers.get()).isEqualTo(4);
    assertThat(job.path("attempts").asInt()).isEqualTo(1);
    assertThat(comfy.submissions(id)).isEqualTo(1);
  }

  @Test
  void a_server_that_gives_prompts_ids_of_its_own_fails_them_at_once_and_says_what_is_needed() {
    String color = String.valueOf(COLORS.incrementAndGet());
    odd.change(OddServer.prompt(color), body -> body.replaceAll("\"prompt_id\":\"[^\"]*\",?", ""));

    String id = submit(color);

    JsonNode job = gateway.await(id, "failed");
    assertThat(job.at("/error/type").asText()).isEqualTo("backend_error");
    assertThat(job.at("/error/detail").asText()).contains("older than 0.3.45").contains("update");
    assertThat(job.path("attempts").asInt()).isEqualTo(1);
  }
}
