package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.comfygateway.settings.SettingsFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gateway start}, with the shipped routes and workflows. */
class StartCommandTest {
  private static final String LAST_LINE = "  routes ";
  private static final Pattern KEY = Pattern.compile("X-API-Key: (cg_\\S+)");
  private static final Pattern URL = Pattern.compile("comfyui-gateway +(http://\\S+)");

  @TempDir Path place;

  private RunningCommand start(Map<String, String> changes) throws IOException {
    Path file = SettingsFile.write(place, changes);
    return RunningCommand.start("start", "--config", file.toString());
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  private static int listJobs(String url, String key) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/jobs")).header("X-API-Key", key).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  @Test
  void the_first_start_prints_a_key_that_works_and_keeps_only_its_hash() throws Exception {
    String secret;
    try (RunningCommand command = start(Map.of()).awaitOut(LAST_LINE)) {
      secret = first(KEY, command.out());

      assertThat(command.out()).containsOnlyOnce(secret);
      assertThat(listJobs(first(URL, command.out()), secret)).isEqualTo(200);
      assertThat(listJobs(first(URL, command.out()), "cg_another")).isEqualTo(401);
      assertThat(command.stop()).isZero();
    }
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(secret);
      }
    }
    try (RunningCommand again = start(Map.of()).awaitOut(LAST_LINE)) {
      assertThat(again.out()).doesNotContain("cg_");
      assertThat(listJobs(first(URL, again.out()), secret)).isEqualTo(200);
    }
  }

  @Test
  void no_key_is_made_where_one_is_set() throws Exception {
    try (RunningCommand command =
        start(Map.of("gateway.api-keys", "me:0123456789abcdef")).awaitOut(LAST_LINE)) {
      assertThat(command.out()).doesNotContain("cg_").doesNotContain("0123456789abcdef");
      assertThat(listJobs(first(URL, command.out()), "0123456789abcdef")).isEqualTo(200);
    }
  }

  @Test
  void the_banner_says_what_there_is_and_what_is_not_safe_yet() throws Exception {
    HttpServer comfy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    comfy.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    comfy.start();
    String url = "http://127.0.0.1:" + comfy.getAddress().getPort();
    Map<String, String> changes =
        Map.of(
            "gateway.backends.urls", "here=" + url + ",gone=http://127.0.0.1:1",
            "gateway.api-keys", "me:short",
            "gateway.callback.allow", "127.0.0.1");
    try (RunningCommand command = start(changes).awaitOut(LAST_LINE)) {
      assertThat(command.out())
          .contains("/docs")
          .contains("here " + url + "  up")
          .contains("gone http://127.0.0.1:1  down, jobs wait")
          .contains("H2 in " + place.resolve("data"))
          .contains("in " + place.resolve("data").resolve("callback-secret"))
          .contains("5 in ")
          .contains("not secure:")
          .contains("The secret of key me is short")
          .contains("GATEWAY_CALLBACK_ALLOW")
          .doesNotContain("not loaded");
    } finally {
      comfy.stop(0);
    }
  }

  @Test
  void files_that_do_not_load_are_told_of_and_the_rest_serves() throws Exception {
    Path workflows = Files.createDirectories(place.resolve("workflows"));
    Files.writeString(workflows.resolve("mine.json"), "[");
    Map<String, String> changes = Map.of("gateway.workflows-dir", workflows.toString());
    try (RunningCommand command = start(changes).awaitOut(LAST_LINE)) {
      assertThat(command.out()).contains("not loaded until fixed:").contains("mine.json:1");
    }
  }

  @Test
  void other_machines_are_not_served_without_a_key() throws Exception {
    try (RunningCommand command = start(Map.of("gateway.host", "0.0.0.0"))) {
      assertThat(command.status()).isEqualTo(1);
      assertThat(command.err())
          .contains("0.0.0.0")
          .contains("GATEWAY_API_KEYS")
          .contains("GATEWAY_HOST=127.0.0.1");
      assertThat(command.out()).isEmpty();
    }
  }

  @Test
  void a_stored_key_is_enough_for_other_machines() throws Exception {
    try (RunningCommand command = start(Map.of()).awaitOut(LAST_LINE)) {
      assertThat(command.out()).contains("cg_");
    }
    try (RunningCommand command = start(Map.of("gateway.host", "0.0.0.0")).awaitOut(LAST_LINE)) {
      assertThat(command.out())
          .contains("http://localhost:")
          .contains("plain HTTP")
          .contains("GATEWAY_PUBLIC_URL is not set");
    }
  }

  @Test
  void settings_that_cannot_be_used_are_all_named_before_anything_is_made() throws Exception {
    try (RunningCommand command =
        start(Map.of("gateway.window", "none", "gateway.api-keys", "hunter2"))) {
      assertThat(command.status()).isEqualTo(1);
      assertThat(command.err())
          .contains("gateway.window: \"none\" is not a whole number from 1 to 1000")
          .contains("gateway.api-keys: GATEWAY_API_KEYS: entry 1 has no secret")
          .doesNotContain("hunter2")
          .doesNotContain("\tat ");
      assertThat(place.resolve("data")).doesNotExist();
    }
  }

  @Test
  void a_settings_file_that_is_not_there_is_told_of() {
    String file = place.resolve("none.properties").toString();
    try (RunningCommand command = RunningCommand.start("start", "--config", file)) {
      assertThat(command.status()).isEqualTo(1);
      assertThat(command.err()).contains(file).contains("There is no such file");
    }
  }

  @Test
  void a_taken_port_stops_the_start_and_leaves_nothing_behind() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        RunningCommand command =
            start(Map.of("gateway.port", String.valueOf(other.getLocalPort())))) {
      assertThat(command.status()).isEqualTo(1);
      assertThat(command.out()).isEmpty();
      assertThat(command.err())
          .contains("127.0.0.1:" + other.getLocalPort() + ": another program uses the port")
          .contains("GATEWAY_PORT")
          .hasLineCount(1);
      awaitNoThread(command);
    }
    // Its data folder is free again, and the first key is still to be made.
    try (RunningCommand command = start(Map.of()).awaitOut(LAST_LINE)) {
      assertThat(listJobs(first(URL, command.out()), first(KEY, command.out()))).isEqualTo(200);
    }
  }

  @Test
  void a_stop_leaves_no_thread_behind() throws Exception {
    try (RunningCommand command = start(Map.of()).awaitOut(LAST_LINE)) {
      assertThat(command.threads()).hasSizeGreaterThan(1);
      assertThat(command.stop()).isZero();
      awaitNoThread(command);
    }
  }

  private static void awaitNoThread(RunningCommand command) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(command.threads()).isEmpty());
  }

  @Test
  void a_data_folder_that_another_gateway_uses_stops_the_start() throws Exception {
    try (RunningCommand first = start(Map.of()).awaitOut(LAST_LINE);
        RunningCommand second = start(Map.of())) {
      assertThat(second.status()).isEqualTo(1);
      assertThat(second.err())
          .contains(
              "The data folder " + place.resolve("data") + " is used by another running gateway")
          .contains("GATEWAY_DATA_DIR")
          .hasLineCount(1);
      assertThat(listJobs(first(URL, first.out()), first(KEY, first.out()))).isEqualTo(200);
    }
  }

  @Test
  void a_database_file_that_is_locked_stops_the_start() throws Exception {
    try (RunningCommand first = start(Map.of()).awaitOut(LAST_LINE)) {
      assertThat(first.stop()).isZero();
    }
    Path database = place.resolve("data/gateway.mv.db");
    try (FileChannel other = FileChannel.open(database, StandardOpenOption.WRITE);
        var lock = other.lock();
        RunningCommand command = start(Map.of())) {
      assertThat(lock.isValid()).isTrue();
      assertThat(command.status()).isEqualTo(1);
      assertThat(command.err()).contains("is used by another").hasLineCount(1);
    }
  }

  @Test
  void a_database_that_does_not_answer_stops_the_start() throws Exception {
    try (RunningCommand command =
        start(Map.of("gateway.db.url", "jdbc:postgresql://127.0.0.1:1/none"))) {
      assertThat(command.status()).isEqualTo(1);
      assertThat(command.err())
          .contains("jdbc:postgresql://127.0.0.1:1/none")
          .contains("GATEWAY_DB_URL")
          .hasLineCount(1);
    }
  }
}
