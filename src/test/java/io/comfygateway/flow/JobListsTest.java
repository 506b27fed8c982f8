package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Lists, counts and cancellations of many jobs. */
@SharedGateway
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobListsTest {
  private static final String SMALL = "{\"inputs\":{\"width\":64,\"height\":64}}";
  private static final String OWN_GRAPH =
      """
      {"prompt": {"1": {"class_type": "EmptyImage",
                        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 3}},
                  "2": {"class_type": "SaveImage",
                        "inputs": {"images": ["1", 0], "filename_prefix": "own"}}}}
      """;
  private TestGateway gateway;
  private Comfy comfy;

  @BeforeAll
  void start(TestGateway shared, Comfy servers) {
    gateway = shared;
    comfy = servers;
  }

  private List<String> ids(String query) {
    List<String> ids = new ArrayList<>();
    Answer page = gateway.get("/jobs" + query);
    assertThat(page.status()).as(page.text()).isEqualTo(200);
    page.json().path("jobs").forEach(job -> ids.add(job.path("id").asText()));
    return ids;
  }

  private static String at(JsonNode job, int seconds) {
    return java.time.Instant.parse(job.path("created_at").asText()).plusSeconds(seconds).toString();
  }

  @Test
  void jobs_are_listed_by_several_statuses_and_by_time() {
    String done = gateway.post("/webhook/smoke?respond=result", SMALL).id();
    comfy.hold();
    String waiting = gateway.post("/webhook/smoke", SMALL).id();
    comfy.awaitSubmissions(waiting, 1);
    gateway.await(waiting, job -> !job.path("status").asText().equals("succeeded"));

    assertThat(ids("?status=succeeded,failed")).contains(done).doesNotContain(waiting);
    assertThat(ids("?status=queued,running,succeeded")).containsSubsequence(waiting, done);
    JsonNode job = gateway.job(done);
    assertThat(ids("?created_after=" + job.path("created_at").asText())).contains(done, waiting);
    assertThat(ids("?created_before=" + job.path("created_at").asText())).doesNotContain(done);
    assertThat(ids("?created_after=" + at(job, -1) + "&created_before=" + at(job, 3600)))
        .contains(done);
    assertThat(ids("?created_after=" + at(job, 3600))).isEmpty();
    assertThat(gateway.get("/jobs?status=succeeded,gone").status()).isEqualTo(400);
    assertThat(gateway.get("/jobs?created_after=yesterday").text()).contains("created_after");
    comfy.release();
  }

  @Test
  void jobs_are_listed_by_the_time_of_their_end() {
    String done = gateway.post("/webhook/smoke?respond=result", SMALL).id();
    comfy.hold();
    String waiting = gateway.post("/webhook/smoke", SMALL).id();
    comfy.awaitSubmissions(waiting, 1);
    String end = gateway.job(done).path("finished_at").asText();

    assertThat(ids("?finished_after=" + end)).contains(done).doesNotContain(waiting);
    assertThat(ids("?finished_before=" + end)).doesNotContain(done, waiting);
    assertThat(ids("?workflow=smoke@1&status=succeeded,queued&finished_after=" + end))
        .contains(done)
        .doesNotContain(waiting);
    assertThat(ids("?finished_after=2999-01-01T00:00:00Z")).isEmpty();
    assertThat(gateway.get("/jobs?finished_after=now").text()).contains("finished_after");
    comfy.release();
  }

  @Test
  void an_empty_workflow_lists_the_jobs_with_a_graph_of_their_own() {
    String named = gateway.post("/webhook/smoke?respond=result", SMALL).id();
    String own =
        gateway
            .postWith("/prompt", TestGateway.ADMIN_KEY, OWN_GRAPH)
            .json()
            .path("prompt_id")
            .asText();

    Answer page = gateway.getWith("/jobs?caller=*&workflow=", TestGateway.ADMIN_KEY);

    assertThat(page.json().path("jobs").findValuesAsText("id")).contains(own).doesNotContain(named);
  }

  @Test
  void each_figure_of_the_jobs_is_the_length_of_its_list() {
    gateway.post("/webhook/smoke?respond=result", SMALL);
    JsonNode numbers = gateway.getWith("/numbers?span=week", TestGateway.ADMIN_KEY).json();
    String span =
        "&finished_after=%s&finished_before=%s"
            .formatted(numbers.path("since").asText(), numbers.path("until").asText());

    assertThat(numbers.path("jobs")).isNotEmpty();
    for (JsonNode figure : numbers.path("jobs")) {
      String query =
          "?caller=*&limit=200&status=%s&workflow=%s"
              .formatted(figure.path("status").asText(), figure.path("workflow").asText());
      Answer page = gateway.getWith("/jobs" + query + span, TestGateway.ADMIN_KEY);
      assertThat(page.json().path("jobs"))
          .as(figure.toString())
          .hasSize(Math.min(200, figure.path("count").asInt()));
    }
  }

  @Test
  void jobs_are_listed_by_the_beginning_of_their_id_and_by_their_deliveries() {
    String job = gateway.post("/webhook/smoke?respond=result", SMALL).id();

    assertThat(ids("?id=" + job.substring(0, 13))).containsExactly(job);
    assertThat(ids("?id=" + job)).containsExactly(job);
    assertThat(ids("?id=" + job + "&status=failed")).isEmpty();
    assertThat(ids("?delivery=dead")).isEmpty();
    assertThat(gateway.get("/jobs?id=" + job.substring(0, 3)).text()).contains("first 4");
    assertThat(gateway.get("/jobs?id=zzzz").status()).isEqualTo(400);
    assertThat(gateway.get("/jobs?delivery=lost").text()).contains("waiting, due, delivered");
  }

  @Test
  void a_client_follows_events_from_a_list_on() {
    Answer list = gateway.get("/jobs");
    String job = gateway.post("/webhook/smoke?respond=result", SMALL).id();

    String position = list.json().path("last_event_id").asText();
    try (EventClient client =
        EventClient.open(gateway.request("/events?last_event_id=" + position, gateway.key()))) {
      client.await(event -> event.name().equals("finished") && event.job().equals(job));
      assertThat(client.of(job).get(0).word()).isEqualTo("status queued");
    }
  }

  @Test
  void jobs_are_counted_by_status_for_their_caller_alone() {
    gateway.post("/webhook/smoke?respond=result", SMALL);
    Answer mine = gateway.get("/jobs/counts");
    assertThat(mine.status()).isEqualTo(200);
    int succeeded = mine.json().at("/jobs/succeeded").asInt();
    assertThat(succeeded).isPositive();
    assertThat(mine.json().at("/jobs/failed").isInt()).isTrue();

    gateway.post("/webhook/smoke?respond=result", SMALL);

    assertThat(gateway.get("/jobs/counts").json().at("/jobs/succeeded").asInt())
        .isEqualTo(succeeded + 1);
    assertThat(gateway.get("/jobs/counts?caller=*").status()).isEqualTo(403);
    assertThat(
            gateway
                .getWith("/jobs/counts?caller=*", TestGateway.ADMIN_KEY)
                .json()
                .at("/jobs/succeeded")
                .asInt())
        .isGreaterThan(succeeded);
  }

  @Test
  void several_jobs_are_cancelled_at_once_and_those_of_others_are_not() {
    String done = gateway.post("/webhook/smoke?respond=result", SMALL).id();
    comfy.hold();
    String one = gateway.post("/webhook/smoke", SMALL).id();
    String two = gateway.post("/webhook/smoke", SMALL).id();
    String others = gateway.postWith("/webhook/smoke", TestGateway.OTHER_KEY, SMALL).id();

    Answer answer =
        gateway.post(
            "/jobs/cancel",
            "{\"ids\":[\"%s\",\"%s\",\"%s\",\"%s\"]}".formatted(one, two, done, others));

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("jobs")).hasSize(4);
    assertThat(answer.json().at("/jobs/2/status").asText()).isEqualTo("succeeded");
    assertThat(answer.json().at("/jobs/3").has("status")).isFalse();
    gateway.await(one, "cancelled");
    gateway.await(two, "cancelled");
    comfy.release();
    gateway.as(TestGateway.OTHER_KEY).await(others, "succeeded");
    assertThat(gateway.post("/jobs/cancel", "{}").status()).isEqualTo(422);
  }
}
