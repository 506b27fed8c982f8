package io.comfygateway.flow;

import static io.comfygateway.TestDigests.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.simulator.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs and events at destinations, through the shipped sinks and one of a user. */
class DestinationsTest {
  private static final String DELAYS = "0s,50ms,50ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms";
  private static Comfy comfy;
  private static DavServer dav;
  private static TestGateway gateway;
  private static Path archive;
  private static Path file;

  @BeforeAll
  static void start(@TempDir Path place) throws Exception {
    comfy = Comfy.start();
    dav = DavServer.start();
    archive = place.resolve("archive");
    file = place.resolve("destinations.yaml");
    Files.writeString(place.resolve("password"), "open sesame\n");
    configure("");
    gateway =
        TestGateway.start(
                place.resolve("data"),
                comfy.url(),
                Map.of(
                    "gateway.api-keys",
                    "alice:%s:run+raw,boss:%s:admin"
                        .formatted(TestGateway.KEY, TestGateway.ADMIN_KEY),
                    "gateway.callback.delays",
                    DELAYS,
                    "gateway.files.check-interval-ms",
                    "100",
                    "gateway.routes-dir",
                    routesWithTheSinkOfTheDocs(place).toString(),
                    "gateway.destinations.file",
                    file.toString()))
            .ready();
  }

  /** The shipped routes, and the file that docs/destinations.md shows as a sink of one's own. */
  private static Path routesWithTheSinkOfTheDocs(Path place) throws IOException {
    Path routes = place.resolve("routes");
    try (Stream<Path> shipped = Files.walk(Path.of("routes"))) {
      for (Path path : shipped.toList()) {
        Files.copy(path, routes.resolve(Path.of("routes").relativize(path).toString()));
      }
    }
    String docs = Files.readString(Path.of("docs/destinations.md"));
    int from = docs.indexOf("# routes/sinks/slack.camel.yaml");
    String sink = docs.substring(from, docs.indexOf("```", from));
    Files.writeString(routes.resolve("sinks/slack.camel.yaml"), sink);
    return routes;
  }

  private static void configure(String more) throws IOException {
    String text =
        """
        destinations:
          archive:
            sink: file
            path: %s
            key: "{date}/{workflow}/{metadata.project}/{job}-{index}.{extension}"
          dav:
            sink: http
            url: %s/pictures/
            username: gateway
            password: {file: password}
            headers: {X-Team: pictures}
            prefix: gateway/
          presigned:
            sink: http
            url: "%s/blob/{key}?sig=abc"
            method: POST
            key: "{prefix}{sha256}"
          chat:
            sink: http
            url: %s/hooks/chat
            events: [queued, running, succeeded, failed]
          alerts: {sink: slack, url: "%s/hooks/slack", events: [failed]}
        """
            .formatted(archive, dav.url(), dav.url(), dav.url(), dav.url());
    Files.writeString(file, text + more);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    dav.close();
    comfy.close();
  }

  @Test
  void outputs_are_in_the_folder_under_the_key_of_the_template() throws Exception {
    JsonNode job =
        run("{\"deliver\": [\"archive\"], \"metadata\": {\"project\": \"../cats & dogs\"}}");

    JsonNode output = job.path("outputs").path(0);
    JsonNode copy = output.path("copies").path(0);
    assertThat(copy.path("destination").asText()).isEqualTo("archive");
    assertThat(copy.path("location").asText())
        .isEqualTo(
            "%s/smoke/_cats _ dogs/%s-0.png"
                .formatted(
                    job.path("finished_at").asText().substring(0, 10), job.path("id").asText())
                .replace(' ', '_'));
    byte[] stored = Files.readAllBytes(archive.resolve(copy.path("location").asText()));
    assertThat(sha256(stored)).isEqualTo(output.path("sha256").asText());
    assertThat(deliveries(job)).containsExactly("copy archive succeeded delivered");
  }

  @Test
  void a_test_goes_to_a_destination_at_once_and_says_what_came_of_it() throws Exception {
    JsonNode archived = testSend("archive");
    JsonNode put = testSend("dav");
    JsonNode event = testSend("chat");
    JsonNode shared = testSend("presigned");

    assertThat(archived.path("sent").asBoolean()).as(archived.toString()).isTrue();
    assertThat(archive.resolve("comfyui-gateway-test.txt")).content().contains("it may be deleted");
    assertThat(put.path("sent").asBoolean()).as(put.toString()).isTrue();
    assertThat(put.path("status").asInt()).isBetween(200, 299);
    assertThat(shared.path("sent").asBoolean()).as(shared.toString()).isTrue();
    DavServer.Request file = requestOf("/pictures/gateway/comfyui-gateway-test.txt");
    assertThat(file.header("X-team")).isEqualTo("pictures");
    assertThat(event.path("sent").asBoolean()).as(event.toString()).isTrue();
    assertThat(gateway.getWith("/destinations", TestGateway.ADMIN_KEY).text())
        .contains("{\"name\":\"archive\",\"sink\":\"file\",\"events\":[]}")
        .doesNotContain("sesame", "password");
    assertThat(gateway.postWith("/destinations/none/test", TestGateway.ADMIN_KEY, "").status())
        .isEqualTo(404);
    assertThat(gateway.post("/destinations/archive/test", "").status()).isEqualTo(403);
  }

  private static JsonNode testSend(String name) {
    return gateway.postWith("/destinations/" + name + "/test", TestGateway.ADMIN_KEY, "").json();
  }

  @Test
  void a_file_is_put_with_its_length_type_and_credentials() {
    JsonNode job = run("{\"deliver\": [{\"to\": \"dav\", \"prefix\": \"a b/\"}]}");

    String id = job.path("id").asText();
    DavServer.Request put = requestOf(id);
    assertThat(put.method()).isEqualTo("PUT");
    assertThat(put.target()).startsWith("/pictures/gateway/a%20b/" + id + "/0-");
    assertThat(put.header("Content-type")).isEqualTo("image/png");
    assertThat(put.header("X-team")).isEqualTo("pictures");
    assertThat(put.header("Authorization"))
        .isEqualTo(
            "Basic "
                + Base64.getEncoder()
                    .encodeToString("gateway:open sesame".getBytes(StandardCharsets.UTF_8)));
    assertThat(put.headers().keySet()).noneMatch(name -> name.startsWith("Gateway"));
    assertThat(location(job, "dav")).isEqualTo(dav.url() + put.target());
  }

  @Test
  void a_url_that_says_where_the_key_goes_is_posted_to_and_its_query_is_not_shown() {
    JsonNode job = run("{\"deliver\": [\"presigned\"]}");

    String sha256 = job.path("outputs").path(0).path("sha256").asText();
    DavServer.Request post = requestOf(sha256);
    assertThat(post.method()).isEqualTo("POST");
    assertThat(post.target()).isEqualTo("/blob/" + sha256 + "?sig=abc");
    assertThat(location(job, "presigned")).isEqualTo(dav.url() + "/blob/" + sha256);
  }

  @Test
  void events_of_a_job_come_in_order_and_carry_the_job() throws Exception {
    comfy.hold();
    String id = gateway.post("/webhook/smoke", "{\"deliver\": [\"chat\"]}").id();
    await().until(() -> events(id).size() == 2);
    comfy.release();

    await().until(() -> events(id).size() == 3);
    assertThat(events(id)).containsExactly("job.queued", "job.running", "job.succeeded");
    JsonNode last = new ObjectMapper().readTree(requestsOf(id).get(2).body());
    assertThat(last.path("outputs").path(0).path("url").asText()).contains("/jobs/" + id);
  }

  @Test
  void a_server_that_is_away_for_a_while_gets_everything_once_and_events_in_order() {
    dav.goDown();
    String id = gateway.post("/webhook/smoke", "{\"deliver\": [\"dav\", \"chat\"]}").id();
    gateway.await(
        id,
        job ->
            StreamSupport.stream(job.path("deliveries").spliterator(), false)
                .anyMatch(
                    it ->
                        it.path("kind").asText().equals("copy")
                            && it.path("attempts").asInt() >= 2));
    assertThat(gateway.job(id).path("deliveries").toString()).contains("takes no connection");
    dav.comeUp();

    JsonNode job = gateway.await(id, DestinationsTest::isAllDelivered);
    assertThat(dav.files().keySet().stream().filter(path -> path.contains(id))).hasSize(1);
    assertThat(events(id)).first().isEqualTo("job.queued");
    assertThat(events(id)).last().isEqualTo("job.succeeded");
    assertThat(location(job, "dav")).contains(id);
  }

  @Test
  void a_status_that_may_pass_is_tried_again_and_another_is_a_dead_letter() {
    dav.failNext(2, 503);
    JsonNode job = run("{\"deliver\": [\"dav\"]}");
    assertThat(job.path("deliveries").path(0).path("attempts").asInt()).isEqualTo(3);

    dav.failNext(1, 403);
    JsonNode refused = run("{\"deliver\": [\"dav\"]}");
    JsonNode delivery = refused.path("deliveries").path(0);
    assertThat(delivery.path("status").asText()).isEqualTo("dead");
    assertThat(delivery.path("last_status").asInt()).isEqualTo(403);
    assertThat(refused.path("outputs").path(0).has("copies")).isFalse();

    String id = refused.path("id").asText();
    assertThat(gateway.post("/jobs/" + id + "/redeliver?destination=dav", "").status())
        .isEqualTo(200);
    gateway.await(id, DestinationsTest::isAllDelivered);
    assertThat(gateway.post("/jobs/" + id + "/redeliver?destination=archive", "").status())
        .isEqualTo(400);
  }

  @Test
  void a_copy_that_is_lost_is_made_again_under_the_same_key_though_the_template_has_changed()
      throws Exception {
    JsonNode job = run("{\"deliver\": [\"archive\"]}");
    String id = job.path("id").asText();
    Path copy = archive.resolve(location(job, "archive"));
    Files.delete(copy);
    Files.writeString(file, Files.readString(file).replace("{date}/{workflow}", "new/{workflow}"));
    JsonNode other = run("{\"deliver\": [\"archive\"]}");
    await()
        .until(() -> location(run("{\"deliver\": [\"archive\"]}"), "archive").startsWith("new/"));

    assertThat(gateway.post("/jobs/" + id + "/redeliver", "").status()).isEqualTo(200);
    gateway.await(id, DestinationsTest::isAllDelivered);

    assertThat(copy).exists();
    try (Stream<Path> files = Files.walk(archive)) {
      assertThat(files.filter(path -> path.toString().contains(id))).containsExactly(copy);
    }
    assertThat(other.path("status").asText()).isEqualTo("succeeded");
    configure("");
  }

  @Test
  void a_request_that_names_no_destination_goes_to_the_default_and_an_empty_list_to_none()
      throws Exception {
    configure("default: {workflows: {smoke: [archive]}, keys: {bob: [presigned]}}\n");
    await().until(() -> run("{}").path("deliveries").size() == 1);

    assertThat(deliveries(run("{}"))).containsExactly("copy archive succeeded delivered");
    assertThat(deliveries(run("{\"deliver\": []}"))).isEmpty();
    configure("");
    await().until(() -> run("{}").path("deliveries").isEmpty());
  }

  @Test
  void a_file_with_a_fault_changes_nothing_and_is_named_in_the_health() throws Exception {
    configure("default: [nowhere]\n");
    await().until(() -> gateway.get("/health/ready").status() == 503);
    assertThat(gateway.get("/health/ready").text()).contains("nowhere", "destinations.yaml");
    assertThat(deliveries(run("{\"deliver\": [\"archive\"]}"))).hasSize(1);

    configure("");
    await().until(() -> gateway.get("/health/ready").status() == 200);
  }

  @Test
  void a_destination_that_does_not_exist_is_refused_with_those_that_do() {
    Answer answer = gateway.post("/webhook/smoke", "{\"deliver\": [\"archiv\"]}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains("/deliver/0")
        .contains("alerts, archive, chat, dav, presigned");
  }

  @Test
  void the_sink_that_the_docs_show_posts_a_failed_job_to_slack() throws Exception {
    comfy.faults().failNextPrompts(1, Faults.Kind.ERROR);

    JsonNode job = run("{\"deliver\": [\"alerts\"]}");

    assertThat(job.path("status").asText()).isEqualTo("failed");
    await()
        .until(
            () ->
                dav.requests().stream()
                    .anyMatch(request -> request.target().equals("/hooks/slack")));
    DavServer.Request message = requestOf("/hooks/slack");
    assertThat(new ObjectMapper().readTree(message.body()).path("text").asText())
        .startsWith("Job " + job.path("id").asText() + " has failed: ");
  }

  private static JsonNode run(String body) {
    Answer answer = gateway.post("/webhook/smoke", body, "Prefer", "wait=30");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> deliveries(JsonNode job) {
    return StreamSupport.stream(job.path("deliveries").spliterator(), false)
        .map(
            it ->
                "%s %s %s %s"
                    .formatted(
                        it.path("kind").asText(),
                        it.path("destination").asText(),
                        it.path("event").asText(),
                        it.path("status").asText()))
        .toList();
  }

  private static boolean isAllDelivered(JsonNode job) {
    return job.path("status").asText().equals("succeeded")
        && StreamSupport.stream(job.path("deliveries").spliterator(), false)
            .allMatch(delivery -> delivery.path("status").asText().equals("delivered"));
  }

  private static String location(JsonNode job, String destination) {
    return StreamSupport.stream(job.path("outputs").path(0).path("copies").spliterator(), false)
        .filter(copy -> copy.path("destination").asText().equals(destination))
        .map(copy -> copy.path("location").asText())
        .findFirst()
        .orElse("");
  }

  private static DavServer.Request requestOf(String text) {
    return dav.requests().stream()
        .filter(it -> it.target().contains(text))
        .findFirst()
        .orElseThrow();
  }

  private static List<DavServer.Request> requestsOf(String id) {
    return dav.requests().stream()
        .filter(it -> it.target().equals("/hooks/chat"))
        .filter(it -> new String(it.body(), StandardCharsets.UTF_8).contains("\"" + id + "\""))
        .toList();
  }

  private static List<String> events(String id) {
    return requestsOf(id).stream().map(it -> it.header("Gateway-event")).toList();
  }
}
