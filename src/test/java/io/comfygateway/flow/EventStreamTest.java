package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.EventClient.Event;
import io.comfygateway.flow.TestGateway.Answer;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a client that follows jobs is sent. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventStreamTest {
  private static final String SMALL = "{\"inputs\":{\"width\":64,\"height\":64%s}%s}";
  // Sends a picture, and then works on for a minute.
  private static final String PICTURE =
      """
      {"prompt": {"1": {"class_type": "EmptyImage",
                        "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": %d}},
                  "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}},
                  "3": {"class_type": "SlowImage",
                        "inputs": {"width": 8, "height": 8, "seed": %d, "steps": 3000, "step_ms": 20,
                                   "fail": false}},
                  "4": {"class_type": "SaveImage",
                        "inputs": {"images": ["3", 0], "filename_prefix": "previewed"}}}}
      """;
  private TestGateway gateway;
  private Comfy comfy;

  @BeforeAll
  void start(TestGateway shared, Comfy servers) {
    gateway = shared;
    comfy = servers;
  }

  private EventClient follow(String path, String... headers) {
    return follow(gateway, path, headers);
  }

  private static EventClient follow(TestGateway as, String path, String... headers) {
    var request = as.request(path, as.key());
    return EventClient.open(headers.length == 0 ? request : request.headers(headers));
  }

  private String submit(String more) {
    return gateway.post("/webhook/smoke", SMALL.formatted("", more)).id();
  }

  private static List<String> words(List<Event> events) {
    return events.stream()
        .filter(event -> !event.name().equals("progress"))
        .map(Event::word)
        .toList();
  }

  private String key(String name, String scopes) {
    Answer made =
        gateway.postWith(
            "/keys",
            TestGateway.ADMIN_KEY,
            "{\"name\":\"events-%s\",\"scopes\":[%s]}".formatted(name, scopes));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.json().path("secret").asText();
  }

  @Test
  void every_change_of_a_job_comes_once_and_in_order() {
    try (EventClient client = follow("/events")) {
      assertThat(client.status()).isEqualTo(200);
      assertThat(client.header("Content-Type")).isEqualTo("text/event-stream");
      assertThat(client.header("Cache-Control")).contains("no-transform");
      assertThat(client.header("X-Accel-Buffering")).isEqualTo("no");

      String job = submit("");
      client.await(event -> event.name().equals("finished") && event.job().equals(job));

      assertThat(words(client.of(job)))
          .containsExactly("status queued", "status running", "output", "finished succeeded");
      assertThat(client.of(job)).allMatch(event -> !event.id().isEmpty());
      Event output =
          client.await(event -> event.name().equals("output") && event.job().equals(job));
      assertThat(gateway.get(output.data().at("/output/url").asText()).bytes()).isNotEmpty();
    }
  }

  @Test
  void progress_comes_while_the_prompt_runs_and_never_after_its_end() {
    try (EventClient client = follow("/events")) {
      String job =
          gateway
              .post(
                  "/webhook",
                  """
                  {"prompt": {
                    "1": {"class_type": "SlowImage", "inputs": {"width": 8, "height": 8, "seed": 1,
                          "steps": 20, "step_ms": 60, "fail": false}},
                    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0],
                          "filename_prefix": "slow"}}}}
                  """)
              .id();
      client.await(event -> event.name().equals("finished") && event.job().equals(job));

      List<Event> events = client.of(job);
      assertThat(events).extracting(Event::name).last().isEqualTo("finished");
      assertThat(events)
          .filteredOn(event -> event.name().equals("progress"))
          .isNotEmpty()
          .allMatch(event -> event.data().path("percent").isInt());
    }
  }

  @Test
  void a_client_that_connects_again_gets_what_it_missed() {
    String last;
    String first;
    try (EventClient client = follow("/events")) {
      first = submit("");
      client.await(event -> event.name().equals("finished") && event.job().equals(first));
      last = client.lastId();
    }
    String missed = submit("");
    gateway.await(missed, "succeeded");

    try (EventClient header = follow("/events", "Last-Event-ID", last);
        EventClient query = follow("/events?last_event_id=" + last)) {
      for (EventClient client : List.of(header, query)) {
        client.await(event -> event.name().equals("finished"));
        assertThat(client.of(first)).isEmpty();
        assertThat(words(client.of(missed)))
            .containsSubsequence("status queued", "status running", "output", "finished succeeded");
      }
    }
  }

  @Test
  void a_client_resumes_in_the_middle_of_what_one_commit_brought() {
    String job = submit("");
    gateway.await(job, "succeeded");
    String output;
    try (EventClient client = follow("/jobs/" + job + "/events")) {
      output = client.await(event -> event.name().equals("output")).id();
      client.awaitEnd();
    }

    try (EventClient client = follow("/jobs/" + job + "/events", "Last-Event-ID", output)) {
      client.awaitEnd();
      assertThat(words(client.events())).containsExactly("finished succeeded");
    }
  }

  @Test
  void an_id_that_the_log_does_not_have_yet_is_answered_reset() {
    try (EventClient client = follow("/events", "Last-Event-ID", "900000000000")) {
      client.await(event -> event.name().equals("reset"));
      String job = submit("");
      client.await(event -> event.name().equals("finished") && event.job().equals(job));
    }
    Answer wrong = gateway.getWith("/events", gateway.key(), "Last-Event-ID", "yesterday");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("yesterday");
  }

  @Test
  void the_stream_of_one_job_begins_with_its_first_event_and_ends_with_its_last() {
    String job = submit("");
    gateway.await(job, "succeeded");

    String last;
    try (EventClient client = follow("/jobs/" + job + "/events")) {
      client.awaitEnd();
      assertThat(words(client.events()))
          .containsExactly("status queued", "status running", "output", "finished succeeded");
      last = client.lastId();
    }

    Answer again =
        gateway.getWith("/jobs/" + job + "/events", gateway.key(), "Last-Event-ID", last);
    assertThat(again.status()).isEqualTo(204);
    Answer unknown = gateway.get("/jobs/" + UUID.randomUUID() + "/events");
    assertThat(unknown.status()).isEqualTo(404);
  }

  @Test
  void the_stream_of_one_job_waits_for_its_deliveries() throws IOException {
    try (CallbackInbox inbox = CallbackInbox.start(n -> 200)) {
      String job = submit(",\"callback\":{\"url\":\"" + inbox.url("/hook") + "\"}");
      try (EventClient client = follow("/jobs/" + job + "/events")) {
        client.awaitEnd();

        assertThat(words(client.events())).endsWith("output", "finished succeeded", "delivery");
        Event delivery = client.await(event -> event.name().equals("delivery"));
        assertThat(delivery.data().at("/delivery/status").asText()).isEqualTo("delivered");
        assertThat(delivery.data().at("/delivery/attempts").asInt()).isEqualTo(1);
      }
    }
  }

  @Test
  void filters_choose_among_the_jobs() {
    String wanted = "{\"order\":\"e-1042\"}";
    try (EventClient ended = follow("/events?status=succeeded,failed&metadata.order=e-1042");
        EventClient other = follow("/events?workflow=flux")) {
      String plain = submit("");
      String job = submit(",\"metadata\":" + wanted);
      ended.await(event -> event.name().equals("finished"));
      gateway.await(plain, "succeeded");

      assertThat(words(ended.events())).containsExactly("output", "finished succeeded");
      assertThat(ended.events()).allMatch(event -> event.job().equals(job));
      assertThat(other.events()).isEmpty();
    }
    assertThat(gateway.get("/events?status=sleeping").status()).isEqualTo(400);
    assertThat(gateway.get("/events?statuses=queued").status()).isEqualTo(400);
  }

  @Test
  void nobody_sees_the_events_of_others_without_the_scope() {
    TestGateway stranger = gateway.as(key("stranger", "\"run\""));
    TestGateway reader = gateway.as(key("reader", "\"read-all\""));
    try (EventClient blind = follow(stranger, "/events");
        EventClient seeing = follow(reader, "/events?caller=*")) {
      String job = submit("");
      seeing.await(event -> event.name().equals("finished") && event.job().equals(job));

      // What both are sent is written in the same turn.
      assertThat(blind.events()).isEmpty();
      assertThat(stranger.get("/jobs/" + job + "/events").status()).isEqualTo(404);
      assertThat(stranger.get("/events?caller=*").status()).isEqualTo(403);
    }
    assertThat(gateway.getWith("/events", "wrong-key-0123456789abcdef").status()).isEqualTo(401);
  }

  private String submitPicture(TestGateway as, int seed) {
    Answer answer = as.post("/prompt", PICTURE.formatted(seed, seed));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("prompt_id").asText();
  }

  private void cancel(String job) {
    gateway.send(gateway.request("/jobs/" + job, TestGateway.ADMIN_KEY).DELETE());
    gateway.as(TestGateway.ADMIN_KEY).await(job, "cancelled");
  }

  @Test
  void a_picture_of_a_running_job_is_an_event_and_is_seen_while_it_runs() {
    try (EventClient client = follow("/events")) {
      String job = submitPicture(gateway, 1);
      Event preview =
          client.await(event -> event.name().equals("preview") && event.job().equals(job));
      String url = preview.data().path("url").asText();

      Answer picture = gateway.get(url);

      assertThat(url).isEqualTo("/jobs/" + job + "/preview?n=1");
      assertThat(picture.status()).isEqualTo(200);
      assertThat(picture.header("Content-Type")).isEqualTo("image/png");
      assertThat(gateway.as(TestGateway.OTHER_KEY).get(url).status()).isEqualTo(404);
      cancel(job);
      assertThat(gateway.get(url).status()).isEqualTo(404);
    }
  }

  @Test
  void a_key_without_previews_has_neither_their_events_nor_the_pictures() {
    Answer made =
        gateway.postWith(
            "/keys",
            TestGateway.ADMIN_KEY,
            "{\"name\":\"events-blind\",\"scopes\":[\"run\",\"raw\"],\"previews\":false}");
    TestGateway blind = gateway.as(made.json().path("secret").asText());
    try (EventClient client = follow(blind, "/events")) {
      String job = submitPicture(blind, 2);
      client.await(
          event -> event.job().equals(job) && event.data().path("node").asText().equals("3"));

      assertThat(client.of(job)).noneMatch(event -> event.name().equals("preview"));
      assertThat(blind.get("/jobs/" + job + "/preview").status()).isEqualTo(404);
      cancel(job);
    }
  }

  @Test
  void a_ticket_opens_one_stream() {
    String ticket = gateway.post("/events/tickets", "").json().path("ticket").asText();
    var request = gateway.request("/events?ticket=" + ticket, "");
    try (EventClient client = EventClient.open(request)) {
      assertThat(client.status()).isEqualTo(200);
      String job = submit("");
      client.await(event -> event.name().equals("finished") && event.job().equals(job));
    }
    assertThat(gateway.getWith("/events?ticket=" + ticket, "").status()).isEqualTo(401);
    assertThat(gateway.getWith("/events?ticket=guess", "").status()).isEqualTo(401);
    assertThat(gateway.getWith("/jobs?ticket=" + ticket, "").status()).isEqualTo(401);
  }

  @Test
  void a_stream_ends_when_its_key_is_revoked() {
    String secret = key("leaver", "\"run\"");
    try (EventClient client = follow(gateway.as(secret), "/events")) {
      gateway.send(gateway.request("/keys/events-leaver", TestGateway.ADMIN_KEY).DELETE());

      client.await(event -> event.name().equals("bye"));
      client.awaitEnd();
    }
  }

  @Test
  void a_stream_ends_when_the_secret_that_opened_it_is_no_longer_valid() {
    String secret = key("rotated", "\"run\"");
    try (EventClient client = follow(gateway.as(secret), "/events")) {
      gateway.postWith(
          "/keys/events-rotated/rotate", TestGateway.ADMIN_KEY, "{\"overlap_seconds\":0}");

      client.await(event -> event.name().equals("bye"));
      client.awaitEnd();
    }
  }

  @Test
  void a_ticket_and_its_stream_end_when_the_browser_that_made_it_signs_out() {
    String secret = key("browser", "\"run\"");
    Answer signedIn = gateway.postWith("/session", "", "{\"key\":\"" + secret + "\"}");
    String cookie = signedIn.header("Set-Cookie").replaceFirst(";.*", "");
    String used = ticketOfBrowser(cookie);
    String unused = ticketOfBrowser(cookie);

    try (EventClient client = EventClient.open(gateway.request("/events?ticket=" + used, ""))) {
      assertThat(client.status()).isEqualTo(200);
      Answer signedOut =
          gateway.send(
              gateway
                  .request("/session", "")
                  .headers("Cookie", cookie, "Origin", gateway.url(), "X-Gateway-Console", "1")
                  .DELETE());
      assertThat(signedOut.status()).isEqualTo(204);

      assertThat(gateway.getWith("/events?ticket=" + unused, "").status()).isEqualTo(401);
      client.await(event -> event.name().equals("bye"));
      client.awaitEnd();
    }
  }

  private String ticketOfBrowser(String cookie) {
    Answer made =
        gateway.postWith(
            "/events/tickets",
            "",
            "",
            "Cookie",
            cookie,
            "Origin",
            gateway.url(),
            "X-Gateway-Console",
            "1");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.json().path("ticket").asText();
  }

  @Test
  void a_caller_has_only_so_many_streams_and_a_closed_one_does_not_count() {
    TestGateway many = gateway.as(key("many", "\"run\""));
    List<EventClient> open = new java.util.ArrayList<>();
    for (int n = 0; n < 20; n++) {
      open.add(follow(many, "/events"));
    }
    Answer refused = many.get("/events");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("Retry-After")).isNotEmpty();
    assertThat(refused.text()).contains("gateway.events.max-streams-per-key");

    open.remove(0).close();
    Awaitility.await()
        .until(
            () -> {
              EventClient next = follow(many, "/events");
              open.add(next);
              return next.status() == 200;
            });
    open.forEach(EventClient::close);
  }

  @Test
  void a_HEAD_request_is_answered_without_a_stream() {
    int before = gateway.server().eventStreams();
    Answer head =
        gateway.send(
            gateway
                .request("/events", gateway.key())
                .method("HEAD", java.net.http.HttpRequest.BodyPublishers.noBody()));
    assertThat(head.status()).isEqualTo(200);
    assertThat(gateway.server().eventStreams()).isLessThanOrEqualTo(before);
  }
}
