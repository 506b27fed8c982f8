package io.comfygateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.settings.SettingsFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gateway key}, beside a gateway that runs and where none does. */
class KeyCommandTest {
  private static final Pattern KEY = Pattern.compile("X-API-Key: (cg_\\S+)");
  private static final Pattern URL = Pattern.compile("comfyui-gateway +(http://\\S+)");

  @TempDir Path place;
  private String settings;

  @BeforeEach
  void write() throws IOException {
    settings = SettingsFile.write(place, Map.of()).toString();
  }

  private RunningCommand key(String... arguments) {
    List<String> all = new ArrayList<>(List.of("key"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--config", settings));
    return RunningCommand.start(all.toArray(String[]::new));
  }

  private String secretOf(String... arguments) {
    RunningCommand command = key(arguments);
    assertThat(command.status()).as(command.err()).isZero();
    return first(KEY, command.out());
  }

  private String list() {
    RunningCommand command = key("list");
    assertThat(command.status()).as(command.err()).isZero();
    return command.out();
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  private static int submit(String url, String key, String workflow) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/webhook/" + workflow))
            .header("X-API-Key", key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"inputs\":{}}"))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  private RunningCommand gateway() {
    return RunningCommand.start("start", "--config", settings).awaitOut("  routes ");
  }

  @Test
  void a_key_made_beside_a_running_gateway_counts_at_once_until_it_is_revoked() throws Exception {
    try (RunningCommand gateway = gateway()) {
      String url = first(URL, gateway.out());
      String secret = secretOf("create", "shop", "--workflows", "smoke", "--jobs-per-day", "1");

      assertThat(submit(url, secret, "txt2img")).isEqualTo(403);
      assertThat(submit(url, secret, "smoke")).isEqualTo(202);
      assertThat(submit(url, secret, "smoke")).isEqualTo(429);

      String rotated = secretOf("rotate", "shop");
      assertThat(rotated).isNotEqualTo(secret);
      assertThat(submit(url, rotated, "smoke")).isEqualTo(429);
      assertThat(submit(url, secret, "smoke")).isEqualTo(429);

      assertThat(key("revoke", "shop").status()).isZero();
      assertThat(submit(url, rotated, "smoke")).isEqualTo(401);
      assertThat(submit(url, secret, "smoke")).isEqualTo(401);
      assertThat(list()).containsPattern("shop +revoked").doesNotContain(secret, rotated);
    }
  }

  @Test
  void the_gateway_that_runs_is_reached_over_tls_by_its_own_certificate() throws Exception {
    Path tls = Path.of("src/test/resources/tls").toAbsolutePath();
    settings =
        SettingsFile.write(
                place,
                Map.of(
                    "gateway.tls.certificate", tls.resolve("server.pem").toString(),
                    "gateway.tls.key", tls.resolve("server.key").toString()))
            .toString();
    try (RunningCommand gateway = gateway()) {
      assertThat(gateway.out()).contains("comfyui-gateway   https://127.0.0.1:");
      assertThat(secretOf("create", "shop")).startsWith("cg_");
      assertThat(list()).containsPattern("shop +active");

      Path word = place.resolve("data/local-admin");
      Files.writeString(word, Files.readString(word).replaceFirst("[0-9a-f]{8}$", "00000000"));
      RunningCommand refused = key("list");
      assertThat(refused.status()).isNotZero();
      assertThat(refused.err()).contains("not the certificate of the running gateway");
    }
  }

  @Test
  void a_key_made_where_no_gateway_runs_works_once_one_does() throws Exception {
    String secret = secretOf("create", "night", "--scopes", "run+raw");
    assertThat(list()).containsPattern("night +active +run\\+raw");

    try (RunningCommand gateway = gateway()) {
      assertThat(submit(first(URL, gateway.out()), secret, "smoke")).isEqualTo(202);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "revoke shop", "rotate shop"})
  void no_database_is_made_to_look_for_keys(String command) {
    RunningCommand refused = key(command.split(" "));

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .contains("No gateway has run yet", place.resolve("data").toString())
        .contains("./gateway key create", "./gateway start", "GATEWAY_DATA_DIR")
        .hasLineCount(1);
    assertThat(refused.out()).isEmpty();
    assertThat(place.resolve("data")).doesNotExist();
  }

  @Test
  void where_no_gateway_runs_the_data_folder_that_is_used_is_named() {
    secretOf("create", "shop");
    RunningCommand command = key("list");
    assertThat(command.status()).isZero();
    assertThat(command.err())
        .contains("No gateway runs on the data folder " + place.resolve("data").toAbsolutePath());
  }

  @Test
  void what_a_gateway_left_behind_that_was_killed_does_not_hinder() throws Exception {
    String left;
    try (RunningCommand gateway = gateway()) {
      assertThat(gateway.out()).contains("comfyui-gateway");
      left = Files.readString(place.resolve("data/local-admin"));
    }
    Files.writeString(place.resolve("data/local-admin"), left);

    assertThat(list()).contains("NAME");
  }

  @Test
  void what_cannot_be_done_is_said_with_status_1() {
    secretOf("create", "shop");

    RunningCommand again = key("create", "shop");
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.err()).contains("shop").contains("Choose another name");
    RunningCommand nobody = key("revoke", "nobody");
    assertThat(nobody.status()).isEqualTo(1);
    assertThat(nobody.err()).contains("There is no key \"nobody\"");
    assertThat(key("create", "x", "--scopes", "everything").status()).isNotZero();
  }
}
