package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.simulator.Login;
import io.comfygateway.simulator.SimulatorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway and its pool, which a file lists and which changes while it runs. */
class PoolTest {
  private static final Path TLS = Path.of("src/test/resources/tls").toAbsolutePath();

  @TempDir Path place;
  private Comfy one;
  private Comfy two;
  private TestGateway gateway;

  @BeforeEach
  void start() {
    one = Comfy.start();
    two = Comfy.start();
  }

  @AfterEach
  void stop() {
    one.release();
    two.release();
    gateway.close();
    one.close();
    two.close();
  }

  private void list(String... backends) throws IOException {
    Path next = place.resolve("next.yaml");
    Files.writeString(next, "backends:\n  " + String.join("\n  ", backends) + "\n");
    Files.move(
        next,
        place.resolve("backends.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private static String backend(String name, Comfy comfy, String more) {
    return name + ": {url: '" + comfy.url() + "'" + more + "}";
  }

  private void startGateway(String... settings) {
    Map<String, String> more = new HashMap<>();
    more.put("gateway.backends.file", place.resolve("backends.yaml").toString());
    more.put("gateway.files.check-interval-ms", "50");
    for (int i = 0; i < settings.length; i += 2) {
      more.put(settings[i], settings[i + 1]);
    }
    gateway = TestGateway.start(place.resolve("data"), "http://127.0.0.1:9", more);
  }

  private JsonNode backends() {
    return gateway.get("/health/ready").json().path("parts").path("backends");
  }

  private void awaitStatus(String name, String status) {
    Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(30))
        .until(() -> backends().path(name).path("status").asText().equals(status));
  }

  private List<String> submit(int count) {
    return IntStream.range(0, count)
        .mapToObj(n -> gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":" + n + "}}").id())
        .toList();
  }

  private String backendOf(String id) {
    return gateway.await(id, "succeeded").path("backend").asText();
  }

  @Test
  void a_backend_that_is_added_or_drained_in_the_file_gets_or_loses_work() throws IOException {
    list(backend("one", one, ", drain: true"), backend("two", two, ""));
    startGateway();
    awaitStatus("one", "draining");
    awaitStatus("two", "up");
    submit(3).forEach(id -> assertThat(backendOf(id)).isEqualTo("two"));

    list(backend("one", one, ""), backend("two", two, ", drain: true"));

    awaitStatus("one", "up");
    awaitStatus("two", "draining");
    submit(3).forEach(id -> assertThat(backendOf(id)).isEqualTo("one"));
  }

  @Test
  void a_backend_that_is_removed_finishes_its_work_first() throws IOException {
    list(backend("one", one, ""));
    startGateway();
    awaitStatus("one", "up");
    one.hold();
    String id = submit(1).get(0);
    one.awaitSubmissions(id, 1);

    list(backend("two", two, ""));

    awaitStatus("two", "up");
    awaitStatus("one", "draining");
    assertThat(backendOf(submit(1).get(0))).isEqualTo("two");
    one.release();
    assertThat(backendOf(id)).isEqualTo("one");
    Awaitility.await().until(() -> backends().path("one").isMissingNode());
    assertThat(two.submissions(id)).isZero();
  }

  @Test
  void a_file_with_a_fault_keeps_the_pool_and_is_reported() throws IOException {
    list(backend("one", one, ""));
    startGateway();
    awaitStatus("one", "up");

    list(backend("one", one, ", windw: 3"));

    Awaitility.await().until(() -> gateway.get("/health/ready").status() == 503);
    assertThat(gateway.get("/health/ready").text())
        .contains("backends.yaml:2: backends.one.windw")
        .contains("did you mean");
    assertThat(backendOf(submit(1).get(0))).isEqualTo("one");

    list(backend("one", one, ", window: 3"));
    Awaitility.await().until(() -> gateway.get("/health/ready").status() == 200);

    Files.delete(place.resolve("backends.yaml"));
    Awaitility.await().until(() -> gateway.get("/health/ready").status() == 503);
    assertThat(backendOf(submit(1).get(0))).isEqualTo("one");
    list(backend("one", one, ""));
  }

  @Test
  void a_backend_is_spoken_to_with_its_credentials_and_certificates() throws IOException {
    SimulatorOptions tls =
        SimulatorOptions.defaults()
            .withTls(
                new SimulatorOptions.Certificates(
                    TLS.resolve("server.pem"),
                    TLS.resolve("server.key"),
                    Optional.of(TLS.resolve("ca.pem"))));
    String mutual =
        ", tls: {trust: %s, certificate: %s, key: %s}"
            .formatted(TLS.resolve("ca.pem"), TLS.resolve("client.pem"), TLS.resolve("client.key"));
    try (Comfy header = Comfy.start(tls.withLogin(new Login.Header("X-Proxy-Key", "k-1")));
        Comfy token = Comfy.start(SimulatorOptions.defaults().withLogin(new Login.Token("t 2")));
        Comfy basic =
            Comfy.start(SimulatorOptions.defaults().withLogin(new Login.Basic("me", "pw")))) {
      list(
          backend("header", header, mutual + ", credentials: {headers: {X-Proxy-Key: k-1}}"),
          backend("token", token, ", credentials: {token: 't 2'}"),
          backend("bearer", one, ", drain: true"),
          backend("basic", basic, ", credentials: {basic: {username: me, password: pw}}"));
      startGateway();
      for (String name : List.of("header", "token", "basic")) {
        awaitStatus(name, "up");
      }
      // Each has room for two, and none of them is free again before all have some.
      List<Comfy> all = List.of(header, token, basic);
      all.forEach(Comfy::hold);
      List<String> ids = submit(6);
      for (Comfy comfy : all) {
        Awaitility.await().until(() -> comfy.stats().submissions().size() == 2);
      }
      all.forEach(Comfy::release);
      ids.forEach(id -> gateway.await(id, "succeeded"));
      for (Comfy comfy : all) {
        Awaitility.await().until(() -> comfy.stats().sockets() == 1);
        assertThat(comfy.stats().totalRuns()).isEqualTo(2);
      }

      list(
          backend(
              "header",
              header,
              mutual.replace("client.pem", "server.pem").replace("client.key", "server.key")
                  + ", credentials: {headers: {X-Proxy-Key: k-2}}"),
          backend("token", token, ", credentials: {bearer: wrong}"));

      awaitStatus("header", "down");
      awaitStatus("token", "down");
      assertThat(backends().path("header").path("reason").asText())
          .contains("403")
          .contains("check its credentials");
      assertThat(backends().path("token").path("reason").asText()).contains("302");
      list(backend("header", header, mutual + ", credentials: {headers: {X-Proxy-Key: k-1}}"));
      awaitStatus("header", "up");
      Awaitility.await().until(() -> header.stats().sockets() == 1);
      assertThat(backendOf(submit(1).get(0))).isEqualTo("header");
    }
  }

  @Test
  void a_prompt_that_is_not_let_in_goes_elsewhere() throws IOException {
    list(backend("one", one, ""), backend("two", two, ""));
    startGateway("gateway.probe.interval-ms", "4000");
    awaitStatus("one", "up");
    awaitStatus("two", "up");
    one.faults().rejectNextSubmissions(1, 401);
    String id = submit(1).get(0);

    assertThat(backendOf(id)).isEqualTo("two");
    assertThat(one.submissions(id)).isZero();
    assertThat(backends().path("one").path("status").asText()).isEqualTo("up");
  }

  @Test
  void a_job_that_is_cancelled_while_a_backend_refuses_it_ends_at_once() throws IOException {
    list(backend("one", one, ""));
    startGateway("gateway.probe.interval-ms", "60000");
    awaitStatus("one", "up");
    one.faults().holdSubmissions(true).rejectNextSubmissions(1, 401);
    String id = submit(1).get(0);
    Awaitility.await().until(() -> one.stats().requests("POST /prompt") == 1);
    assertThat(gateway.delete("/jobs/" + id).status()).isEqualTo(202);

    one.faults().holdSubmissions(false);

    gateway.await(id, "cancelled");
    assertThat(one.submissions(id)).isZero();
  }

  @Test
  void a_ComfyUI_that_does_not_tell_its_nodes_stays_up_and_works() throws IOException {
    one.faults().failObjectInfo(true);
    list(backend("one", one, ""));
    startGateway("gateway.probe.interval-ms", "50");
    awaitStatus("one", "up");
    assertThat(backends().path("one").path("reason").asText())
        .contains("node classes are not known");
    int probes = one.stats().requests("GET /prompt");

    Awaitility.await()
        .until(
            () -> {
              assertThat(backends().path("one").path("status").asText()).isEqualTo("up");
              return one.stats().requests("GET /prompt") > probes + 10;
            });
    assertThat(one.stats().requests("GET /object_info")).isEqualTo(1);
    assertThat(backendOf(submit(1).get(0))).isEqualTo("one");
  }

  @Test
  void a_server_whose_certificate_is_not_trusted_is_not_used() throws IOException {
    SimulatorOptions tls =
        SimulatorOptions.defaults()
            .withTls(
                new SimulatorOptions.Certificates(
                    TLS.resolve("server.pem"), TLS.resolve("server.key"), Optional.empty()));
    try (Comfy secret = Comfy.start(tls)) {
      list(backend("secret", secret, ""));
      startGateway();
      Awaitility.await()
          .until(() -> backends().path("secret").path("reason").asText().contains("PKIX"));
      awaitStatus("secret", "down");
    }
  }
}
