package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.simulator.SimulatedVersion;
import io.comfygateway.simulator.SimulatorOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The WebSocket of ComfyUI's own API, over real sockets, with a server of each version behind. */
class ClientSocketsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String URL_KEY = "ursula-0123456789abcdef";
  private static final String GRAPH =
      """
      {"1": {"class_type": "SlowImage", "inputs": {"width": 8, "height": 8, "seed": %d, "steps": 3,
             "step_ms": 1, "fail": %s}},
       "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "ws"}}}
      """;

  private static final String SLOW =
      """
      {"1": {"class_type": "SlowImage", "inputs": {"width": 8, "height": 8, "seed": %d, "steps": %d,
             "step_ms": 20, "fail": false}},
       "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}
      """;

  private static final int ATTEMPTS = 3;

  private static Comfy older;
  private static Comfy newer;
  private static TestGateway gateway;
  private static int seed;

  private final List<ClientConnection> open = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start(@TempDir Path data) {
    older = Comfy.start();
    newer = Comfy.start(SimulatorOptions.defaults().withVersion(SimulatedVersion.V0_33));
    gateway =
        TestGateway.start(
                data,
                "older=" + older.url() + ",newer=" + newer.url(),
                Map.of(
                    "gateway.api-keys",
                    "alice:%s:run+raw,bob:%s:run+raw,ursula:%s:run+raw+url,boss:%s:admin"
                        .formatted(
                            TestGateway.KEY, TestGateway.OTHER_KEY, URL_KEY, TestGateway.ADMIN_KEY),
                    "gateway.sockets.max-per-key",
                    "4",
                    "gateway.sockets.max-pending-bytes",
                    "65536",
                    "gateway.sockets.max-held-bytes",
                    "65536",
                    "gateway.sockets.ping-seconds",
                    "1",
                    "gateway.sockets.status-seconds",
                    "1",
                    "gateway.auth.failures-per-minute",
                    "1000"))
            .ready();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    older.close();
    newer.close();
  }

  @AfterEach
  void disconnect() {
    open.forEach(ClientConnection::close);
    older.heal();
    newer.heal();
    only(SimulatedVersion.V0_33, SimulatedVersion.V0_3_64);
  }

  /** Lets only servers of these versions take prompts. */
  private static void only(SimulatedVersion... versions) {
    List<SimulatedVersion> up = List.of(versions);
    if (up.contains(SimulatedVersion.V0_3_64)) {
      older.comeUp();
    } else {
      older.goDown();
    }
    if (up.contains(SimulatedVersion.V0_33)) {
      newer.comeUp();
    } else {
      newer.goDown();
    }
    int servers = up.size();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              JsonNode states =
                  gateway.getWith("/backends", TestGateway.ADMIN_KEY).json().path("backends");
              int found = 0;
              for (JsonNode state : states) {
                found += state.path("status").asText().equals("up") ? 1 : 0;
              }
              return found == servers && sockets() == servers;
            });
  }

  private static int sockets() {
    return older.stats().sockets() + newer.stats().sockets();
  }

  private ClientConnection connect(String path, String... headers) {
    ClientConnection connection =
        ClientConnection.open("http://127.0.0.1:" + gateway.server().port(), path, headers);
    open.add(connection);
    return connection;
  }

  private ClientConnection connectAs(String key, String clientId) {
    return connect("/ws?clientId=" + clientId, "Authorization", "Bearer " + key);
  }

  private static String graph(boolean fails) {
    return GRAPH.formatted(++seed, fails);
  }

  private static String post(String key, String clientId, String graph) {
    String id = UUID.randomUUID().toString();
    TestGateway.Answer answer =
        gateway.postWith(
            "/prompt",
            key,
            "{\"prompt\": %s, \"client_id\": \"%s\", \"prompt_id\": \"%s\"}"
                .formatted(graph, clientId, id));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("prompt_id").asText()).isEqualTo(id);
    return id;
  }

  @ParameterizedTest
  @EnumSource(SimulatedVersion.class)
  void a_client_gets_the_frames_of_its_prompt_in_ComfyUIs_order(SimulatedVersion version) {
    only(version);
    ClientConnection client = connectAs(TestGateway.KEY, "order");

    String prompt = post(TestGateway.KEY, "order", graph(false));

    client.awaitEnd(prompt);
    List<String> types = client.types().stream().filter(type -> !type.equals("status")).toList();
    assertThat(types).startsWith("execution_start", "execution_cached");
    assertThat(types).contains("progress", "progress_state", "executed");
    assertThat(types.subList(types.size() - 3, types.size()))
        .containsExactly("executed", "execution_success", "executing");
    assertThat(client.types().get(client.types().size() - 2)).isEqualTo("status");
    assertThat(client.remaining(client.texts().size() - 2)).isZero();
    assertThat(client.raw()).allMatch(frame -> frame.startsWith("{\"type\":"));
    assertThat(client.texts())
        .filteredOn(frame -> frame.at("/data").has("prompt_id"))
        .allMatch(frame -> frame.at("/data/prompt_id").asText().equals(prompt));
  }

  @Test
  void at_the_end_the_history_and_the_files_that_frames_name_can_be_read() {
    ClientConnection client = connectAs(TestGateway.KEY, "files");
    String prompt = post(TestGateway.KEY, "files", graph(false));

    client.awaitEnd(prompt);

    JsonNode entry = gateway.get("/history/" + prompt).json().path(prompt);
    assertThat(entry.at("/status/completed").asBoolean()).isTrue();
    JsonNode executed =
        client.texts().stream()
            .filter(frame -> frame.path("type").asText().equals("executed"))
            .findFirst()
            .orElseThrow();
    JsonNode file = executed.at("/data/output/images/0");
    assertThat(entry.at("/outputs/2/images/0")).isEqualTo(file);
    TestGateway.Answer view =
        gateway.get(
            "/view?filename=%s&subfolder=%s&type=%s"
                .formatted(
                    file.path("filename").asText(),
                    file.path("subfolder").asText(),
                    file.path("type").asText()));
    assertThat(view.status()).isEqualTo(200);
    assertThat(view.header("Content-Type")).isEqualTo("image/png");
  }

  @ParameterizedTest
  @EnumSource(SimulatedVersion.class)
  void a_failed_and_an_interrupted_prompt_end_with_their_frames(SimulatedVersion version) {
    only(version);
    ClientConnection client = connectAs(TestGateway.KEY, "fails");
    String failed = post(TestGateway.KEY, "fails", graph(true));
    client.awaitEnd(failed);
    assertThat(client.types()).contains("execution_error").doesNotContain("execution_success");

    older.hold();
    newer.hold();
    String interrupted = post(TestGateway.KEY, "fails", graph(false));
    await().until(() -> !gateway.get("/queue").json().path("queue_running").isEmpty());
    assertThat(gateway.post("/interrupt", "{\"prompt_id\": \"" + interrupted + "\"}").status())
        .isEqualTo(200);
    client.awaitEnd(interrupted);
    assertThat(client.types()).contains("execution_interrupted");
    assertThat(gateway.get("/history/" + failed).json().at("/" + failed + "/status/status_str"))
        .hasToString("\"error\"");
  }

  @Test
  void nobody_sees_a_frame_of_another_caller() {
    ClientConnection alices = connectAs(TestGateway.KEY, "same-id");
    ClientConnection bobs = connectAs(TestGateway.OTHER_KEY, "same-id");

    String prompt = post(TestGateway.KEY, "same-id", graph(false));

    alices.awaitEnd(prompt);
    assertThat(bobs.types()).containsOnly("status");
    for (int i = 0; i < bobs.texts().size(); i++) {
      assertThat(bobs.remaining(i)).isZero();
    }
    assertThat(bobs.binaries()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void a_client_hears_of_one_prompt_after_the_other_in_the_order_of_its_queue(boolean onOne) {
    only(onOne ? new SimulatedVersion[] {SimulatedVersion.V0_33} : SimulatedVersion.values());
    String id = "turns-" + onOne;
    ClientConnection client = connectAs(TestGateway.KEY, id);
    List<String> prompts = new ArrayList<>();
    // With two servers the second and the third end before the first.
    for (int steps : List.of(40, 2, 2)) {
      prompts.add(post(TestGateway.KEY, id, SLOW.formatted(++seed, steps)));
    }
    client.awaitEnd(prompts.get(2));

    List<String> heard =
        client.texts().stream()
            .map(frame -> frame.at("/data/prompt_id").asText())
            .filter(prompt -> !prompt.isEmpty())
            .toList();
    assertThat(heard.stream().distinct()).containsExactlyElementsOf(prompts);
    assertThat(heard).isSortedAccordingTo(Comparator.comparingInt(prompts::indexOf));
    assertThat(client.types().stream().filter("execution_success"::equals)).hasSize(3);
    assertThat(client.types().stream().filter("execution_start"::equals)).hasSize(3);
    // A picture each; with previews of others there would be more.
    assertThat(client.binaries().stream().filter(ClientSocketsTest::isPng)).hasSize(3);
  }

  private static boolean isPng(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    return bytes.getInt(0) == 1 && bytes.getInt(4) == 2;
  }

  @Test
  void several_sockets_of_one_client_all_get_the_frames() {
    ClientConnection first = connectAs(TestGateway.KEY, "twice");
    ClientConnection second = connectAs(TestGateway.KEY, "twice");

    String prompt = post(TestGateway.KEY, "twice", graph(false));

    first.awaitEnd(prompt);
    second.awaitEnd(prompt);
  }

  @ParameterizedTest
  @EnumSource(SimulatedVersion.class)
  void pictures_over_the_socket_come_in_the_form_that_the_client_knows(SimulatedVersion version) {
    only(version);
    ClientConnection plain = connectAs(TestGateway.KEY, "pictures");
    ClientConnection modern = connectAs(TestGateway.KEY, "pictures");
    modern.announceMetadata();
    await().until(() -> modern.types().contains("feature_flags"));

    String prompt =
        post(
            TestGateway.KEY,
            "pictures",
            """
            {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1,
                   "color": %d}},
             "2": {"class_type": "ShowText", "inputs": {"images": ["1", 0], "text": "half"}},
             "3": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["2", 0]}}}
            """
                .formatted(++seed));

    plain.awaitEnd(prompt);
    modern.awaitEnd(prompt);
    assertThat(plain.binaries()).hasSize(2);
    assertThat(ByteBuffer.wrap(plain.binaries().get(0)).getInt()).isEqualTo(3);
    ByteBuffer picture = ByteBuffer.wrap(plain.binaries().get(1));
    assertThat(picture.getInt()).isEqualTo(1);
    assertThat(picture.getInt()).isEqualTo(2);
    assertThat(picture.getInt()).isEqualTo(0x89504E47);
    ByteBuffer withMetadata = ByteBuffer.wrap(modern.binaries().get(1));
    assertThat(withMetadata.getInt()).isEqualTo(4);
    byte[] metadata = new byte[withMetadata.getInt()];
    withMetadata.get(metadata);
    assertThat(new String(metadata, java.nio.charset.StandardCharsets.UTF_8)).contains(prompt);
  }

  @Test
  void a_client_that_waits_is_told_regularly_and_after_a_reconnect_what_runs() {
    older.hold();
    newer.hold();
    ClientConnection client = connectAs(TestGateway.KEY, "waits");
    String prompt = post(TestGateway.KEY, "waits", graph(false));
    await().until(() -> !gateway.get("/queue").json().path("queue_running").isEmpty());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> client.types().stream().filter("status"::equals).count() >= 4);
    assertThat(client.remaining(client.types().lastIndexOf("status"))).isEqualTo(1);

    ClientConnection again = connectAs(TestGateway.KEY, "waits");
    assertThat(again.remaining(0)).isEqualTo(1);
    assertThat(again.texts().get(0).at("/data/sid").asText()).isEqualTo("waits");
    older.release();
    newer.release();
    again.awaitEnd(prompt);
  }

  @Test
  void a_prompt_that_its_server_loses_runs_elsewhere_and_ends_once() {
    older.hold();
    newer.hold();
    ClientConnection client = connectAs(TestGateway.KEY, "moves");
    String prompt = post(TestGateway.KEY, "moves", graph(false));
    await().until(() -> !gateway.get("/queue").json().path("queue_running").isEmpty());
    boolean onNewer = newer.stats().submissions().size() > 0 && hasRunning(newer);
    (onNewer ? newer : older).restart();
    older.release();
    newer.release();

    client.awaitEnd(prompt);

    assertThat(client.types())
        .contains("execution_success")
        .doesNotContain("execution_error", "execution_interrupted");
    assertThat(client.types().stream().filter("execution_success"::equals)).hasSize(1);
    assertThat(gateway.get("/history/" + prompt).json().at("/" + prompt + "/status/completed"))
        .hasToString("true");
  }

  @Test
  void a_prompt_that_is_lost_too_often_ends_with_an_error_on_the_socket_and_in_the_history() {
    only(SimulatedVersion.V0_33);
    newer.hold();
    ClientConnection client = connectAs(TestGateway.KEY, "lost");
    String prompt = post(TestGateway.KEY, "lost", graph(false));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      await().atMost(Duration.ofSeconds(30)).until(() -> hasRunning(newer));
      newer.restart();
    }

    client.awaitEnd(prompt);

    List<String> types = client.types();
    assertThat(types).doesNotContain("execution_success", "execution_interrupted");
    assertThat(types.subList(types.size() - 3, types.size()))
        .containsExactly("execution_error", "status", "executing");
    JsonNode error = client.texts().get(types.size() - 3).path("data");
    assertThat(error.path("prompt_id").asText()).isEqualTo(prompt);
    assertThat(error.path("exception_type").asText()).isEqualTo("gateway.lost");
    JsonNode entry = gateway.get("/history/" + prompt).json().path(prompt);
    assertThat(entry.at("/status/status_str").asText()).isEqualTo("error");
    assertThat(entry.at("/status/completed").asBoolean()).isFalse();
    assertThat(entry.at("/status/messages/2/1")).isEqualTo(error);
  }

  private static boolean hasRunning(Comfy comfy) {
    return !comfy.get("/queue").path("queue_running").isEmpty();
  }

  @Test
  void each_way_to_send_the_key_opens_a_socket() {
    String basic = Base64.getEncoder().encodeToString(("any:" + TestGateway.KEY).getBytes());

    assertThat(connect("/ws?clientId=a", "X-API-Key", TestGateway.KEY).remaining(0)).isZero();
    assertThat(connect("/api/ws", "Authorization", "Basic " + basic).types()).contains("status");
    assertThat(connect("/ws?clientId=c&token=" + URL_KEY).types()).contains("status");
    assertThat(connect("/k/" + URL_KEY + "/ws?clientId=d").types()).contains("status");
    assertThat(connect("/k/" + URL_KEY + "/api/ws?clientId=e", "Authorization", "Bearer ").types())
        .contains("status");
  }

  private static int refused(String path, String... headers) {
    WebSocket.Builder builder = HTTP.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    URI uri = URI.create("ws://127.0.0.1:" + gateway.server().port() + path);
    try {
      builder.buildAsync(uri, new WebSocket.Listener() {}).join().abort();
      return 101;
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(WebSocketHandshakeException.class);
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    }
  }

  @Test
  void without_a_valid_key_or_from_a_page_no_socket_opens() {
    String bearer = "Bearer " + TestGateway.KEY;

    assertThat(refused("/ws?clientId=x")).isEqualTo(401);
    assertThat(refused("/ws", "Authorization", "Bearer wrong-0123456789abcdef")).isEqualTo(401);
    assertThat(refused("/k/" + TestGateway.KEY + "/ws")).isEqualTo(403);
    assertThat(refused("/ws", "Authorization", bearer, "Origin", "https://evil.example"))
        .isEqualTo(403);
    assertThat(refused("/ws?clientId=" + "x".repeat(201), "Authorization", bearer)).isEqualTo(400);
    assertThat(gateway.get("/ws").status()).isEqualTo(400);
  }

  @Test
  void a_caller_has_only_so_many_sockets() {
    for (int i = 0; i < 4; i++) {
      connectAs(TestGateway.OTHER_KEY, "many-" + i);
    }

    assertThat(refused("/ws", "Authorization", "Bearer " + TestGateway.OTHER_KEY)).isEqualTo(429);
    assertThat(connectAs(TestGateway.KEY, "other").types()).contains("status");
  }

  @Test
  void a_socket_ends_with_its_key() throws Exception {
    JsonNode key =
        gateway
            .postWith(
                "/keys", TestGateway.ADMIN_KEY, "{\"name\":\"temp\",\"scopes\":[\"run\",\"raw\"]}")
            .json();
    ClientConnection client = connectAs(key.path("secret").asText(), "ends");

    assertThat(gateway.send(gateway.request("/keys/temp", TestGateway.ADMIN_KEY).DELETE()).status())
        .isLessThan(300);

    await().atMost(Duration.ofSeconds(20)).until(() -> client.closed() == 1008);
  }

  @Test
  void a_graph_that_cannot_run_is_refused_and_no_frame_follows() {
    ClientConnection client = connectAs(TestGateway.KEY, "bad");
    ObjectNode body = JSON.createObjectNode().put("client_id", "bad");
    body.putObject("prompt").putObject("1").put("class_type", "NoSuchClass").putObject("inputs");

    assertThat(gateway.post("/prompt", body.toString()).status()).isEqualTo(400);

    String prompt = post(TestGateway.KEY, "bad", graph(false));
    client.awaitEnd(prompt);
    assertThat(client.types().stream().filter("execution_start"::equals)).hasSize(1);
  }

  @Test
  void a_client_that_reads_nothing_is_given_up_and_holds_up_nobody() {
    try (RawConnection stalled = RawConnection.to(gateway)) {
      stalled.send(
          "GET /ws?clientId=slow HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
              + "Authorization: Bearer "
              + TestGateway.KEY
              + "\r\n\r\n");
      ClientConnection reading = connectAs(TestGateway.KEY, "slow");
      for (int i = 0; i < 6; i++) {
        String prompt =
            post(
                TestGateway.KEY,
                "slow",
                """
                {"1": {"class_type": "SlowImage", "inputs": {"width": 2048, "height": 2048,
                       "seed": %d, "steps": 1, "step_ms": 0, "fail": false}},
                 "2": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}}
                """
                    .formatted(++seed));
        reading.awaitEnd(prompt);
      }

      assertThat(reading.binaries()).hasSize(6);
      assertThat(stalled.untilClosed()).contains("101 Switching Protocols");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "saintno, '', comfyui",
    "saintno, /k/, comfyui",
    "three, '', comfyui",
    "stable, '', comfyui",
    "plain, /k/, comfyui",
    "tavern, /k/, sillytavern"
  })
  void a_client_from_npm_gets_its_picture(String name, String path, String packages)
      throws Exception {
    Path folder = Installed.packages(packages);
    Process node =
        new ProcessBuilder(
                folder.resolve("node").toString(),
                "src/test/packages/comfyui/client.mjs",
                folder.toString(),
                name,
                "127.0.0.1:" + gateway.server().port(),
                path.isEmpty() ? "" : path + URL_KEY,
                URL_KEY,
                graph(false))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor()).as(out).isZero();

    JsonNode files = JSON.readTree(out.substring(out.lastIndexOf("\n{") + 1)).path("files");

    assertThat(files).as(out).hasSize(name.equals("three") ? 3 : 1);
    assertThat(files).as(out).allSatisfy(file -> assertThat(file.asInt()).isGreaterThan(50));
  }
}
