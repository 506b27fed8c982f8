package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Callers who take their time, or whose connections do nothing; and those beside them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("timing")
class SlowCallersTest {
  private static final int IDLE = 500;
  private static final int SLOW = 200;
  private static final int GOOD = 30;
  private static final int MEGABYTES = 24;
  private static final String GOOD_JOB = "{\"inputs\":{\"width\":64,\"height\":64}}";
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n";
  private static final Map<String, String> LIMITS =
      Map.of(
          "gateway.http.head-seconds", "2",
          "gateway.http.idle-seconds", "2",
          "gateway.http.body-seconds", "1",
          "gateway.http.body-min-bytes-per-second", "4",
          "gateway.http.answer-seconds", "2");

  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway = TestGateway.start(data, comfy.url(), LIMITS).ready();
  }

  @AfterAll
  void stop() {
    comfy.release();
    gateway.close();
    comfy.close();
  }

  private static ConditionFactory often() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100));
  }

  private static String post(int length, String begun) {
    return """
        POST /webhook/smoke HTTP/1.1\r
        Host: gateway\r
        X-API-Key: %s\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        %s"""
        .formatted(TestGateway.KEY, length, begun);
  }

  @Test
  void a_body_that_does_not_come_is_answered_408_and_its_connection_closed() {
    try (RawConnection connection = RawConnection.to(gateway)) {
      String answer = connection.send(post(100, "{\"inputs\"")).untilClosed();

      assertThat(answer)
          .startsWith("HTTP/1.1 408 ")
          .contains("Content-Type: application/problem+json")
          .contains("\"/problems/request-timeout\"")
          .contains("gateway.http.body-seconds")
          .contains("gateway.http.body-min-bytes-per-second");
    }
  }

  @Test
  void a_body_of_chunks_that_never_end_is_answered_408_as_well() {
    try (RawConnection connection = RawConnection.to(gateway)) {
      connection.send(
          post(0, "").replace("Content-Length: 0", "Transfer-Encoding: chunked") + "1\r\n{\r\n");

      assertThat(connection.untilClosed()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void a_body_that_keeps_coming_may_take_longer_than_one_that_stops() {
    String body = " ".repeat(24) + GOOD_JOB;
    long begun = System.nanoTime();
    try (RawConnection connection = RawConnection.to(gateway)) {
      connection.send(post(body.length(), ""));
      List<Integer> sent = new ArrayList<>(List.of(0));
      often()
          .until(
              () -> {
                int next = sent.get(0);
                connection.send(body.substring(next, next + 1));
                sent.set(0, next + 1);
                return next + 1 == 24;
              });
      connection.send(GOOD_JOB);

      assertThat(connection.answer()).startsWith("HTTP/1.1 202 ");
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void a_connection_that_asks_for_nothing_is_closed() {
    try (RawConnection connection = RawConnection.to(gateway)) {
      assertThat(connection.untilClosed()).isEmpty();
    }
  }

  @Test
  void a_header_that_comes_byte_by_byte_is_not_waited_for() {
    try (RawConnection connection = RawConnection.to(gateway)) {
      connection.send("GET /health/live HTTP/1.1\r\nHost: ");

      often().until(() -> !connection.trickle('a'));
    }
  }

  @Test
  void a_connection_is_kept_for_the_next_request_and_closed_when_none_comes() {
    try (RawConnection connection = RawConnection.to(gateway)) {
      assertThat(connection.send(LIVE).answer()).startsWith("HTTP/1.1 200 ");
      assertThat(connection.send(LIVE).answer()).startsWith("HTTP/1.1 200 ");

      assertThat(connection.untilClosed()).isEmpty();
    }
  }

  @Test
  void a_request_that_waits_for_its_job_is_not_idle() {
    comfy.hold();
    try {
      Answer answer = gateway.post("/webhook/smoke", GOOD_JOB, "Prefer", "wait=3");

      assertThat(answer.status()).isEqualTo(202);
      assertThat(answer.json().path("status").asText()).isNotEqualTo("succeeded");
    } finally {
      comfy.release();
    }
  }

  private String largeOutput() {
    String job =
        gateway
            .post(
                "/webhook",
                """
                {"prompt": {"1": {"class_type": "BigFile",
                    "inputs": {"megabytes": %d, "seed": 9, "filename_prefix": "film"}}}}
                """
                    .formatted(MEGABYTES))
            .id();
    gateway.await(job, "succeeded");
    return "GET /jobs/%s/outputs/0 HTTP/1.1\r\nHost: gateway\r\nX-API-Key: %s\r\n\r\n"
        .formatted(job, TestGateway.KEY);
  }

  @Test
  void an_answer_that_is_taken_slowly_is_sent_to_its_end_and_one_that_is_not_taken_is_cut() {
    String request = largeOutput();
    try (RawConnection slow = RawConnection.to(gateway);
        RawConnection stalled = RawConnection.to(gateway)) {
      slow.send(request);
      stalled.send(request);
      int part = 1024 * 1024;
      List<Integer> got = new ArrayList<>();
      often()
          .pollInterval(Duration.ofMillis(150))
          .until(
              () -> {
                got.add(slow.read(part));
                return got.size() == MEGABYTES;
              });

      assertThat(got).allMatch(bytes -> bytes == part);
      int all = MEGABYTES * part;
      assertThat(stalled.read(all)).isLessThan(all);
    }
  }

  @Test
  void hundreds_of_idle_and_slow_connections_do_not_hurt_those_who_ask_properly() {
    List<RawConnection> idle = new ArrayList<>();
    List<RawConnection> slow = new ArrayList<>();
    try {
      for (int i = 0; i < IDLE; i++) {
        idle.add(RawConnection.to(gateway));
      }
      for (int i = 0; i < SLOW; i++) {
        slow.add(RawConnection.to(gateway).send(post(1_000, "{\"inputs\"")));
      }
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < GOOD; i++) {
        Answer accepted = gateway.post("/webhook/smoke", GOOD_JOB);
        assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
        jobs.add(accepted.id());
      }
      jobs.forEach(job -> gateway.await(job, "succeeded"));

      assertThat(slow).allSatisfy(it -> assertThat(it.untilClosed()).startsWith("HTTP/1.1 408 "));
      assertThat(idle).allSatisfy(it -> assertThat(it.untilClosed()).isEmpty());
      assertThat(gateway.get("/health/live").status()).isEqualTo(200);
    } finally {
      idle.forEach(RawConnection::close);
      slow.forEach(RawConnection::close);
    }
  }
}
