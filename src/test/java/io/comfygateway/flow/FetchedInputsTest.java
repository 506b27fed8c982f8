package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that inputs name by URL: fetched before their job waits for a ComfyUI. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FetchedInputsTest {
  private static final String SMOKE = "{\"inputs\":{}}";

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private Comfy comfy;
  private TestGateway gateway;
  private HttpServer web;
  private Buffer picture;
  private Path data;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    data = folder;
    try (InputStream in = FetchedInputsTest.class.getResourceAsStream("/images/rgb-37x23.png")) {
      picture = Buffer.buffer(in.readAllBytes());
    }
    web =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    comfy = Comfy.start();
    gateway =
        TestGateway.start(
                data,
                comfy.url(),
                Map.of(
                    "gateway.window", "1",
                    "gateway.dispatch.interval-ms", "50",
                    "gateway.input.max-fetches-per-key", "2",
                    "gateway.input.delays", "10ms,10ms",
                    "gateway.input.timeout-ms", "30000"))
            .ready();
  }

  @AfterAll
  void stop() {
    gateway.close();
    comfy.close();
    vertx.close();
  }

  private void answer(HttpServerRequest request) {
    String path = request.path();
    int times = asked.computeIfAbsent(path, name -> new AtomicInteger()).incrementAndGet();
    HttpServerResponse response = request.response();
    if (path.startsWith("/drip")) {
      open.add(path);
      request.connection().closeHandler(closed -> open.remove(path));
      response.setChunked(true).write("x");
    } else if (path.startsWith("/busy") && times < 3) {
      response.setStatusCode(503).putHeader("Retry-After", "0").end();
    } else if (path.startsWith("/later")) {
      response.setStatusCode(429).putHeader("Retry-After", "120").end();
    } else if (path.startsWith("/broken") && times < 3) {
      response.putHeader("Content-Length", "1000").write("x").onComplete(x -> response.reset());
    } else if (path.startsWith("/to/")) {
      response.setStatusCode(302).putHeader("Location", request.query()).end();
    } else if (path.startsWith("/status/")) {
      response.setStatusCode(Integer.parseInt(path.substring("/status/".length()))).end();
    } else {
      response.end(picture);
    }
  }

  private String server() {
    return "http://127.0.0.1:" + web.actualPort();
  }

  private Answer submit(String key, String url, String more) {
    return gateway.postWith(
        "/webhook/img2img",
        key,
        "{\"inputs\":{\"prompt\":\"a\",\"image\":\"" + url + "\"}" + more + "}");
  }

  private String submit(String path) {
    Answer answer = submit(TestGateway.KEY, server() + path, "");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  @Test
  void a_dripping_server_keeps_no_place_and_no_other_caller_waiting() throws Exception {
    List<String> slow = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      slow.add(submit("/drip/" + i));
    }
    Awaitility.await().until(() -> open.size() == 2);

    JsonNode job = gateway.job(slow.get(0));
    assertThat(job.path("status").asText()).isEqualTo("queued");
    assertThat(job.path("waiting_for").asText()).isEqualTo("inputs");
    assertThat(job.has("queue_position")).isFalse();
    assertThat(job.path("attempts").asInt()).isZero();
    gateway.await(gateway.post("/webhook/smoke", SMOKE).id(), "succeeded");
    String others = submit(TestGateway.RUN_ONLY_KEY, server() + "/picture.png", "").id();
    Awaitility.await()
        .until(
            () ->
                gateway
                    .getWith("/jobs/" + others, TestGateway.RUN_ONLY_KEY)
                    .json()
                    .path("status")
                    .asText()
                    .equals("succeeded"));
    assertThat(asked).doesNotContainKey("/drip/2");

    for (String id : slow) {
      assertThat(gateway.delete("/jobs/" + id).status()).isEqualTo(200);
      assertThat(gateway.job(id).path("status").asText()).isEqualTo("cancelled");
      assertThat(comfy.submissions(id)).isZero();
    }
    Awaitility.await().until(open::isEmpty);
    Awaitility.await().until(() -> kept(slow) == 0);
  }

  private long kept(List<String> jobs) throws Exception {
    try (Stream<Path> files = Files.walk(data.resolve("inputs"))) {
      return files.filter(file -> jobs.stream().anyMatch(file.toString()::contains)).count();
    }
  }

  @ParameterizedTest
  @CsvSource({"timeout, timeout", "expires_in, expired"})
  void a_limit_of_the_job_takes_effect_while_its_file_is_fetched(String field, String error) {
    String path = "/drip/" + field;
    String id = submit(TestGateway.OTHER_KEY, server() + path, ",\"" + field + "\":1").id();

    Awaitility.await()
        .until(
            () ->
                gateway
                    .getWith("/jobs/" + id, TestGateway.OTHER_KEY)
                    .json()
                    .at("/error/type")
                    .asText()
                    .equals(error));
    Awaitility.await().until(() -> !open.contains(path));
    assertThat(comfy.submissions(id)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/busy.png",
        "/broken.png",
        "/to/?/picture.png",
        "/to/?/to/?/picture.png",
        "/日本 x.png",
        "/picture.png#top"
      })
  void what_a_URL_leads_to_in_the_end_is_the_file(String path) {
    String id = submit(path);

    JsonNode job = gateway.await(id, "succeeded");

    assertThat(job.path("attempts").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/status/404 | 127.0.0.1 answered 404",
        "/status/403 | give a URL that needs no credentials",
        "/status/502 | 127.0.0.1 answered 502 (tried 3 times)",
        "/later.png | asks to wait 120 s",
        "/to/?http://169.254.169.254/latest | redirects to a URL that is not allowed",
        "/to/?http://localhost:1/ | redirects to a URL that is not allowed"
      })
  void what_cannot_be_fetched_fails_the_job_and_says_why(String path, String why) {
    JsonNode job = gateway.await(submit(path), "failed");

    assertThat(job.at("/error/type").asText()).isEqualTo("input_error");
    assertThat(job.at("/error/detail").asText())
        .startsWith("The file for node 10 (image) ")
        .contains(why)
        .doesNotContainIgnoringCase("callbacks");
    assertThat(job.path("attempts").asInt()).isZero();
  }

  @Test
  void blanks_around_a_URL_and_a_scheme_in_capitals_are_taken() {
    Answer answer =
        submit(TestGateway.KEY, "  HTTP://127.0.0.1:" + web.actualPort() + "/picture.png ", "");

    gateway.await(answer.id(), "succeeded");
  }

  @Test
  void a_URL_into_the_gateways_own_network_is_refused_as_an_input() {
    Answer answer = submit(TestGateway.KEY, "http://10.0.0.1/a.png", "");

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().path("type").asText()).isEqualTo("/problems/input-not-allowed");
    assertThat(answer.json().at("/errors/0/pointer").asText()).isEqualTo("/inputs/image");
    assertThat(answer.json().path("detail").asText()).startsWith("No file is fetched from");
  }
}
