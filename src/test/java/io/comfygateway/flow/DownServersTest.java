package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a server that does not answer any more, and what it still has when it is back. */
class DownServersTest {
  @Test
  void what_waits_for_a_server_that_is_down_is_cancelled_times_out_expires_or_moves(
      @TempDir Path data) {
    try (Comfy first = Comfy.start();
        Comfy second = Comfy.start();
        OddServer odd = OddServer.before(first)) {
      second.goDown();
      try (TestGateway gateway =
          TestGateway.start(
                  data,
                  "first=" + odd.url() + ",second=" + second.url(),
                  Map.of(
                      "gateway.window", "4",
                      "gateway.backends.give-up-seconds", "1",
                      "gateway.recover.interval-ms", "100"))
              .ready()) {
        first.hold();
        String overdue = submit(gateway, 1, ",\"timeout\":3");
        gateway.await(overdue, job -> "running".equals(job.path("status").asText()));
        String expiring = submit(gateway, 2, ",\"expires_in\":3");
        String cancelled = submit(gateway, 3, "");
        String moving = submit(gateway, 4, "");
        Awaitility.await().until(() -> first.get("/queue").path("queue_pending").size() == 3);

        odd.answer(asked -> true, Integer.MAX_VALUE, OddServer.answer(502, "text/html", "<html>"));
        JsonNode waiting = gateway.await(moving, job -> job.has("waiting_reason"));
        assertThat(waiting.path("waiting_reason").asText())
            .contains("first does not answer")
            .contains("502");
        assertThat(waiting.path("waiting_for").asText()).isEqualTo("server");
        // 200 if the job, whose server is down, has ended before the answer is written.
        assertThat(gateway.delete("/jobs/" + cancelled).status()).isIn(200, 202);

        gateway.await(cancelled, "cancelled");
        assertThat(gateway.await(overdue, "failed").at("/error/type").asText())
            .isEqualTo("timeout");
        assertThat(gateway.await(expiring, "failed").at("/error/type").asText())
            .isEqualTo("expired");
        assertThat(gateway.job(moving).path("backend").asText()).isEqualTo("first");

        second.comeUp();
        JsonNode moved = gateway.await(moving, "succeeded");
        assertThat(moved.path("backend").asText()).isEqualTo("second");
        assertThat(moved.path("warnings").toString()).contains("server_unreachable");

        odd.clear();
        Awaitility.await()
            .until(
                () ->
                    first.get("/queue").path("queue_pending").isEmpty()
                        && first.get("/queue").path("queue_running").isEmpty());
        first.release();
        assertThat(first.get("/history/" + overdue).toString()).contains("execution_interrupted");
      }
    }
  }

  private static String submit(TestGateway gateway, int color, String more) {
    return gateway
        .post("/webhook/smoke", "{\"inputs\":{\"color\":%d}%s}".formatted(color, more))
        .id();
  }
}
