package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Deliveries of all jobs of a caller: lists, tries, and sending them again. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryListTest {
  private TestGateway gateway;

  @BeforeAll
  void start(TestGateway shared) {
    gateway = shared;
  }

  private String submit(CallbackInbox inbox) {
    return gateway
        .post(
            "/webhook/smoke",
            "{\"inputs\":{\"width\":64,\"height\":64},\"callback\":{\"url\":\""
                + inbox.url("/hook")
                + "\"}}")
        .id();
  }

  private JsonNode deliveryOf(String job, String status) {
    return Awaitility.await()
        .until(
            () -> gateway.job(job).path("deliveries").path(0),
            delivery -> delivery.path("status").asText().equals(status));
  }

  private List<String> ids(String query) {
    List<String> ids = new ArrayList<>();
    Answer page = gateway.get("/deliveries" + query);
    assertThat(page.status()).as(page.text()).isEqualTo(200);
    page.json().path("deliveries").forEach(delivery -> ids.add(delivery.path("id").asText()));
    return ids;
  }

  @Test
  void a_delivery_shows_each_try_with_what_the_receiver_said() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    try (CallbackInbox inbox =
        CallbackInbox.start(n -> answers.incrementAndGet() == 1 ? 503 : 200)) {
      String id = deliveryOf(submit(inbox), "delivered").path("id").asText();

      JsonNode shown = gateway.get("/deliveries/" + id).json();

      assertThat(shown.path("status").asText()).isEqualTo("delivered");
      assertThat(shown.path("tries")).hasSize(2);
      JsonNode last = shown.path("tries").path(0);
      assertThat(last.path("attempt").asInt()).isEqualTo(2);
      assertThat(last.path("result").asText()).isEqualTo("delivered");
      assertThat(last.path("status").asInt()).isEqualTo(200);
      assertThat(last.has("next_at")).isFalse();
      JsonNode first = shown.path("tries").path(1);
      assertThat(first.path("result").asText()).isEqualTo("retry");
      assertThat(first.path("status").asInt()).isEqualTo(503);
      assertThat(first.path("error").asText()).contains("503");
      assertThat(first.has("next_at")).isTrue();
      assertThat(first.path("took_ms").isIntegralNumber()).isTrue();
    }
    assertThat(gateway.get("/deliveries/" + UUID.randomUUID()).status()).isEqualTo(404);
    assertThat(gateway.get("/deliveries/nothing").status()).isEqualTo(404);
  }

  @Test
  void deliveries_are_listed_newest_first_by_pages_and_filters() throws IOException {
    try (CallbackInbox gone = CallbackInbox.start(n -> 410);
        CallbackInbox there = CallbackInbox.start(n -> 200)) {
      String delivered = deliveryOf(submit(there), "delivered").path("id").asText();
      String dead = deliveryOf(submit(gone), "dead").path("id").asText();

      assertThat(ids("")).containsSubsequence(dead, delivered);
      assertThat(ids("?status=dead")).contains(dead).doesNotContain(delivered);
      String target = gone.url("").replace("http://", "");
      assertThat(ids("?target=" + target)).containsExactly(dead);
      assertThat(ids("?kind=copy")).isEmpty();
      assertThat(ids("?created_after=2999-01-01T00:00:00Z")).isEmpty();
      Answer page = gateway.get("/deliveries?limit=1");
      assertThat(page.json().path("deliveries").path(0).path("id").asText()).isEqualTo(dead);
      assertThat(ids("?limit=1&cursor=" + page.json().path("next_cursor").asText()))
          .containsExactly(delivered);

      TestGateway stranger = gateway.as(TestGateway.OTHER_KEY);
      assertThat(stranger.get("/deliveries").json().toString()).doesNotContain(dead);
      assertThat(stranger.get("/deliveries/" + dead).status()).isEqualTo(404);
      assertThat(stranger.get("/deliveries?caller=*").status()).isEqualTo(403);
      Answer all = gateway.getWith("/deliveries?caller=*", TestGateway.ADMIN_KEY);
      assertThat(all.json().toString()).contains(dead);
    }
    for (String wrong : List.of("?status=gone", "?kind=x", "?cursor=1", "?created_after=now")) {
      assertThat(gateway.get("/deliveries" + wrong).status()).as(wrong).isEqualTo(400);
    }
  }

  @Test
  void a_test_is_signed_like_a_callback_and_says_what_the_receiver_answered() throws Exception {
    try (CallbackInbox inbox = CallbackInbox.start(n -> n == 0 ? 204 : 500)) {
      String body = "{\"url\":\"" + inbox.url("/hook") + "\"}";

      JsonNode taken = gateway.postWith("/callbacks/test", TestGateway.ADMIN_KEY, body).json();
      JsonNode refused = gateway.postWith("/callbacks/test", TestGateway.ADMIN_KEY, body).json();

      assertThat(taken.path("sent").asBoolean()).as(taken.toString()).isTrue();
      assertThat(taken.path("status").asInt()).isEqualTo(204);
      assertThat(refused.path("sent").asBoolean()).isFalse();
      assertThat(refused.path("error").asText()).isEqualTo("the receiver answered 500");
      assertThat(inbox.received().get(0).header("webhook-signature")).startsWith("v1,");
      assertThat(inbox.received().get(0).json().path("type").asText()).isEqualTo("job.test");
      assertThat(gateway.post("/callbacks/test", body).status()).isEqualTo(403);
    }
  }

  @Test
  void a_test_goes_nowhere_where_a_callback_may_not_go() {
    for (String url : List.of("http://169.254.169.254/", "ftp://example.com/")) {
      Answer answer =
          gateway.postWith("/callbacks/test", TestGateway.ADMIN_KEY, "{\"url\":\"" + url + "\"}");
      assertThat(answer.status()).as(url).isIn(403, 422);
    }
    Answer nobody =
        gateway.postWith(
            "/callbacks/test", TestGateway.ADMIN_KEY, "{\"url\":\"http://127.0.0.1:1/\"}");
    assertThat(nobody.json().path("sent").asBoolean()).isFalse();
  }

  @Test
  void deliveries_are_listed_by_their_tries() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    try (CallbackInbox inbox =
        CallbackInbox.start(n -> answers.incrementAndGet() == 1 ? 503 : 200)) {
      String id = deliveryOf(submit(inbox), "delivered").path("id").asText();
      JsonNode tries = gateway.get("/deliveries/" + id).json().path("tries");
      String retried = tries.path(1).path("at").asText();
      String delivered = tries.path(0).path("at").asText();

      assertThat(ids("?tried_result=retry")).contains(id);
      assertThat(ids("?tried_result=retry&tried_after=" + delivered)).doesNotContain(id);
      assertThat(ids("?tried_result=delivered&tried_after=" + delivered)).contains(id);
      assertThat(ids("?tried_before=" + retried)).doesNotContain(id);
      assertThat(ids("?tried_result=dead")).doesNotContain(id);
      assertThat(gateway.get("/deliveries/counts?tried_result=retry").text())
          .contains(inbox.url("").replace("http://", ""));
    }
    assertThat(gateway.get("/deliveries?tried_result=due").status()).isEqualTo(400);
    assertThat(gateway.get("/deliveries?tried_before=now").status()).isEqualTo(400);
  }

  @Test
  void dead_deliveries_of_a_receiver_are_sent_again_and_those_of_others_are_not()
      throws IOException {
    AtomicInteger status = new AtomicInteger(410);
    try (CallbackInbox gone = CallbackInbox.start(n -> status.get())) {
      List<String> jobs = List.of(submit(gone), submit(gone));
      jobs.forEach(job -> deliveryOf(job, "dead"));
      String target = gone.url("").replace("http://", "");
      status.set(200);

      Answer strangers =
          gateway.postWith("/deliveries/redeliver?target=" + target, TestGateway.OTHER_KEY, "");
      assertThat(strangers.json().path("redelivered").asInt()).isZero();
      Answer mine = gateway.post("/deliveries/redeliver?target=" + target, "");

      assertThat(mine.json().path("redelivered").asInt()).isEqualTo(2);
      assertThat(mine.json().path("more").asBoolean()).isFalse();
      jobs.forEach(job -> deliveryOf(job, "delivered"));
      assertThat(gateway.post("/deliveries/redeliver?target=" + target, "").json())
          .isEqualTo(
              mine.json()
                  .deepCopy()
                  .<com.fasterxml.jackson.databind.node.ObjectNode>deepCopy()
                  .put("redelivered", 0));
    }
  }

  @Test
  void a_delivery_that_is_named_is_sent_again() throws IOException {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String id = deliveryOf(submit(inbox), "delivered").path("id").asText();
      String body = "{\"ids\":[\"" + id + "\"]}";

      assertThat(
              gateway
                  .postWith("/deliveries/redeliver", TestGateway.OTHER_KEY, body)
                  .json()
                  .path("redelivered")
                  .asInt())
          .isZero();
      assertThat(gateway.post("/deliveries/redeliver", body).json().path("redelivered").asInt())
          .isEqualTo(1);

      Awaitility.await()
          .until(() -> gateway.get("/deliveries/" + id).json().path("tries").size() == 2);
    }
    assertThat(gateway.post("/deliveries/redeliver", "{\"ids\":[\"x\"]}").status()).isEqualTo(422);
    assertThat(gateway.post("/deliveries/redeliver", "{\"id\":\"x\"}").status()).isEqualTo(422);
    assertThat(gateway.post("/deliveries/redeliver", "{\"ids\":[]}").status()).isEqualTo(422);
    assertThat(gateway.post("/deliveries/redeliver", "{}").status()).isEqualTo(422);
    assertThat(gateway.post("/deliveries/redeliver", "[]").status()).isEqualTo(400);
  }
}
