package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import io.comfygateway.flow.CallbackInbox.Received;
import io.comfygateway.flow.TestGateway.Answer;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks to a receiver that is really there, or is not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryTest {
  private static final int PLACES = 12;
  private Comfy comfy;
  private TestGateway gateway;

  @BeforeAll
  void start(@TempDir Path data) {
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data, comfy.url(), Map.of("gateway.deliver.consumers", Integer.toString(PLACES)))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
  }

  private String submit(String callback) {
    Answer answer = gateway.post("/webhook/smoke", "{\"callback\":" + callback + "}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  private static List<Received> awaitReceived(CallbackInbox inbox, int count) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(inbox::received, list -> list.size() >= count);
  }

  private JsonNode awaitDelivery(String id, String status) {
    return gateway
        .await(id, job -> status.equals(job.path("deliveries").path(0).path("status").asText()))
        .path("deliveries")
        .path(0);
  }

  @Test
  void a_callback_is_signed_so_that_the_standard_library_verifies_it() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String id =
          submit(
              "{\"url\":\""
                  + inbox.url("/hook?token=a%2Fb%3D&n=1")
                  + "\",\"headers\":{\"X-Mine\":\"yes\"}}");

      Received callback = awaitReceived(inbox, 1).get(0);
      HttpHeaders headers =
          HttpHeaders.of(
              Map.of(
                  "webhook-id", List.of(callback.header("webhook-id")),
                  "webhook-timestamp", List.of(callback.header("webhook-timestamp")),
                  "webhook-signature", List.of(callback.header("webhook-signature"))),
              (name, value) -> true);
      assertThatCode(
              () ->
                  new Webhook(TestGateway.CALLBACK_SECRET)
                      .verify(new String(callback.body(), StandardCharsets.UTF_8), headers))
          .doesNotThrowAnyException();
      assertThat(callback.uri()).isEqualTo("/hook?token=a%2Fb%3D&n=1");
      assertThat(callback.header("X-Mine")).isEqualTo("yes");
      assertThat(callback.header("Content-Type")).startsWith("application/json");
      assertThat(callback.json().path("type").asText()).isEqualTo("job.succeeded");
      assertThat(callback.json().path("data").path("id").asText()).isEqualTo(id);
      String url = callback.json().path("data").path("outputs").path(0).path("url").asText();
      assertThat(gateway.getWith(url, "").status()).isEqualTo(200);
      assertThat(awaitDelivery(id, "delivered").path("last_status").asInt()).isEqualTo(200);
    }
  }

  @Test
  void what_a_receiver_says_with_404_is_kept_and_what_it_says_with_403_is_not() throws Exception {
    try (CallbackInbox unpublished =
            CallbackInbox.start(n -> 404).saying("Not registered.\n\0 Publish it.");
        CallbackInbox closed = CallbackInbox.start(n -> 403).saying("internal")) {
      String missing = submit("{\"url\":\"" + unpublished.url("/") + "\"}");
      String refused = submit("{\"url\":\"" + closed.url("/") + "\"}");

      JsonNode job =
          gateway.await(
              missing, now -> now.path("deliveries").path(0).path("last_error").isTextual());
      assertThat(job.path("deliveries").path(0).path("last_error").asText())
          .isEqualTo("the receiver answered 404: Not registered. Publish it.");
      assertThat(awaitDelivery(refused, "dead").path("last_error").asText())
          .isEqualTo("the receiver answered 403");
    }
  }

  private static List<String> types(List<Received> received) throws Exception {
    List<String> types = new ArrayList<>();
    for (Received one : received) {
      types.add(one.json().path("type").asText());
    }
    return types;
  }

  @Test
  void who_asks_for_it_hears_when_the_prompt_waits_and_when_it_runs() throws Exception {
    comfy.hold();
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      submit(
          "{\"url\":\"" + inbox.url("/") + "\",\"events\":[\"queued\",\"running\",\"succeeded\"]}");

      List<Received> early = awaitReceived(inbox, 2);
      assertThat(types(early)).containsExactlyInAnyOrder("job.queued", "job.running");
      JsonNode running = early.get(types(early).indexOf("job.running")).json().path("data");
      assertThat(running.path("status").asText()).isEqualTo("running");
      assertThat(running.path("started_at").asText()).isNotEmpty();
      comfy.release();
      assertThat(types(awaitReceived(inbox, 3))).last().isEqualTo("job.succeeded");
    } finally {
      comfy.release();
    }
  }

  @Test
  void a_prompt_that_ends_before_it_was_seen_running_tells_that_it_ran() throws Exception {
    comfy.sockets(false);
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\",\"events\":[\"running\"]}");

      assertThat(types(awaitReceived(inbox, 1))).containsExactly("job.running");
      assertThat(gateway.await(id, "succeeded").path("deliveries")).hasSize(1);
    } finally {
      comfy.sockets(true);
    }
  }

  @Test
  void every_try_of_an_event_has_the_same_webhook_id_and_a_signature_of_its_own() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> n < 2 ? 503 : 200)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\"}");

      List<Received> tries = awaitReceived(inbox, 3);
      assertThat(tries)
          .extracting(received -> received.header("webhook-id"))
          .containsOnly(tries.get(0).header("webhook-id"));
      assertThat(awaitDelivery(id, "delivered").path("attempts").asInt()).isEqualTo(3);
    }
  }

  @Test
  void a_receiver_that_is_gone_makes_a_dead_letter_that_can_be_sent_again() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> n == 0 ? 410 : 200)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\"}");
      JsonNode dead = awaitDelivery(id, "dead");
      assertThat(dead.path("last_status").asInt()).isEqualTo(410);
      assertThat(dead.path("attempts").asInt()).isEqualTo(1);

      assertThat(gateway.post("/jobs/" + id + "/redeliver", "").status()).isEqualTo(200);

      awaitDelivery(id, "delivered");
      List<Received> tries = awaitReceived(inbox, 2);
      assertThat(tries.get(1).header("webhook-id")).isEqualTo(tries.get(0).header("webhook-id"));
    }
  }

  @Test
  void a_job_without_a_callback_has_nothing_to_send_again() {
    String id = gateway.post("/webhook/smoke?respond=result", "{}").id();

    assertThat(gateway.post("/jobs/" + id + "/redeliver", "").status()).isEqualTo(400);
  }

  @Test
  void what_fails_on_every_try_of_the_schedule_is_a_dead_letter() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 503)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\"}");

      JsonNode dead = awaitDelivery(id, "dead");
      assertThat(dead.path("attempts").asInt()).isEqualTo(3);
    }
  }

  @Test
  void a_redirect_is_not_followed() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 302)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\"}");

      awaitDelivery(id, "dead");
      assertThat(inbox.received()).extracting(Received::uri).containsExactly("/");
    }
  }

  @Test
  void a_receiver_that_is_not_there_yet_is_tried_again_soon() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> n < 2 ? 404 : 200)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\"}");

      awaitReceived(inbox, 3);
      awaitDelivery(id, "delivered");
    }
  }

  @Test
  void binary_format_sends_the_first_output_itself() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String id = submit("{\"url\":\"" + inbox.url("/") + "\",\"format\":\"binary\"}");

      Received callback = awaitReceived(inbox, 1).get(0);
      Answer output = gateway.get("/jobs/" + id + "/outputs/0");
      assertThat(callback.body()).isEqualTo(output.bytes());
      assertThat(callback.header("Content-Type")).isEqualTo("image/png");
      assertThat(callback.header("Gateway-Job-Id")).isEqualTo(id);
      assertThat(callback.header("Gateway-Output-Sha256"))
          .isEqualTo(gateway.job(id).path("outputs").path(0).path("sha256").asText());
      assertThat(callback.header("webhook-signature")).startsWith("v1,");
    }
  }

  @Test
  void a_slow_receiver_holds_up_nobody_elses_callbacks() throws Exception {
    java.util.concurrent.CountDownLatch end = new java.util.concurrent.CountDownLatch(1);
    try (CallbackInbox slow =
            CallbackInbox.start(
                n -> {
                  awaitQuietly(end);
                  return 200;
                });
        CallbackInbox fast = CallbackInbox.start(n -> 200)) {
      for (int i = 0; i < 12; i++) {
        submit("{\"url\":\"" + slow.url("/") + "\"}");
      }
      submit("{\"url\":\"" + fast.url("/") + "\"}");

      awaitReceived(fast, 1);
      end.countDown();
    }
  }

  @Test
  void a_caller_whose_receivers_never_answer_holds_up_nobody_elses_callbacks() throws Exception {
    java.util.concurrent.CountDownLatch end = new java.util.concurrent.CountDownLatch(1);
    AtomicInteger tries = new AtomicInteger();
    List<CallbackInbox> silent = new ArrayList<>();
    try (CallbackInbox other = CallbackInbox.start(n -> 200)) {
      for (int n = 0; n <= PLACES; n++) {
        CallbackInbox inbox =
            CallbackInbox.start(
                received -> {
                  tries.incrementAndGet();
                  awaitQuietly(end);
                  return 200;
                });
        silent.add(inbox);
        submit("{\"url\":\"" + inbox.url("/") + "\"}");
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> tries.get() == PLACES / 2);

      Answer job =
          gateway.postWith(
              "/webhook/smoke",
              TestGateway.OTHER_KEY,
              "{\"callback\":{\"url\":\"" + other.url("/") + "\"}}");
      assertThat(job.status()).as(job.text()).isEqualTo(202);

      awaitReceived(other, 1);
      assertThat(tries).hasValue(PLACES / 2);
    } finally {
      end.countDown();
      silent.forEach(CallbackInbox::close);
    }
  }

  private static void awaitQuietly(java.util.concurrent.CountDownLatch latch) {
    try {
      latch.await(20, java.util.concurrent.TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void a_node_that_raises_makes_a_failed_job_and_a_callback_that_says_which() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String body =
          "{\"prompt\":{\"1\":{\"class_type\":\"SlowImage\",\"inputs\":{\"width\":64,\"height\":64,\"seed\":1,\"steps\":2,\"step_ms\":1,\"fail\":true}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"x\"}}},\"callback_url\":\""
              + inbox.url("/")
              + "\"}";
      JsonNode job = gateway.post("/webhook?respond=result", body).json();

      assertThat(job.path("status").asText()).isEqualTo("failed");
      JsonNode error = job.path("error");
      assertThat(error.path("type").asText()).isEqualTo("execution_error");
      assertThat(error.path("detail").asText()).isEqualTo("boom from SlowImage");
      assertThat(error.path("node").asText()).isEqualTo("1");
      assertThat(error.path("node_type").asText()).isEqualTo("SlowImage");
      assertThat(job.toString()).doesNotContain("traceback");
      JsonNode event = awaitReceived(inbox, 1).get(0).json();
      assertThat(event.path("type").asText()).isEqualTo("job.failed");
      assertThat(event.path("data").path("error")).isEqualTo(error);
    }
  }
}
