package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.Database;
import io.comfygateway.flow.TestGateway.Answer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PostgreSQL under a gateway stops, and comes back. */
@Tag("slow")
class DatabaseDownTest {
  @TempDir Path folder;
  private EmbeddedPostgres database;

  private void startDatabase(int port) throws IOException {
    database =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("postgresql"))
            .setCleanDataDirectory(false)
            .setPort(port)
            .start();
  }

  private TestGateway start(Comfy comfy, String databaseUrl) {
    return TestGateway.start(
            folder.resolve("data"),
            comfy.url(),
            Map.of(
                "gateway.db.url",
                databaseUrl,
                // A claim whose commit was lost is taken up again when its lease has ended.
                "gateway.lease-seconds",
                "6",
                "gateway.recover.interval-ms",
                "200",
                "gateway.master-key",
                Cluster.MASTER_KEY,
                "gateway.metrics",
                "open"))
        .ready();
  }

  @AfterEach
  void stopDatabase() throws IOException {
    database.close();
  }

  @Test
  void what_cannot_be_stored_is_not_accepted_and_what_was_accepted_goes_on_when_it_is_back()
      throws IOException {
    startDatabase(0);
    int port = database.getPort();
    try (Comfy comfy = Comfy.start();
        CallbackInbox inbox = CallbackInbox.start(n -> 200);
        TestGateway gateway = start(comfy, database.getJdbcUrl("postgres", "postgres"))) {
      Caller caller = new Caller(gateway::url);
      comfy.hold();
      String running = submit(caller, inbox).id();
      gateway.await(running, "running");

      stopDatabase();
      CompletableFuture<Answer> refused =
          CompletableFuture.supplyAsync(() -> submit(caller, inbox));
      Answer ready = gateway.get("/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.json().path("parts").path("database").path("status").asText())
          .isEqualTo("down");
      assertThat(refused.join().status()).isEqualTo(503);
      assertThat(refused.join().header("Retry-After")).isNotEmpty();
      assertThat(refused.join().text()).contains("/problems/");
      comfy.release();

      startDatabase(port);
      Awaitility.await().until(() -> gateway.get("/health/ready").status() == 200);
      Ledger ledger = new Ledger(caller, comfy, inbox);
      ledger.assertDone(running);
      ledger.assertDone(submit(caller, inbox).id());
      assertThat(gateway.get("/jobs").json().path("jobs")).hasSize(2);
    }
  }

  @Test
  void connections_whose_other_end_is_gone_without_a_word_are_let_go() throws Exception {
    startDatabase(0);
    try (FreezingWire wire = FreezingWire.to(database.getPort());
        Comfy comfy = Comfy.start();
        CallbackInbox inbox = CallbackInbox.start(n -> 200);
        TestGateway gateway =
            start(
                comfy,
                "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&socketTimeout=2"
                    .formatted(URI.create(wire.url()).getPort()))) {
      Caller caller = new Caller(gateway::url);
      String before = submit(caller, inbox).id();

      wire.lose();

      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> gateway.get("/health/ready").status() == 200);
      Answer accepted =
          Awaitility.await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> submit(caller, inbox), answer -> answer.status() == 202);
      Ledger ledger = new Ledger(caller, comfy, inbox);
      ledger.assertDone(before);
      ledger.assertDone(accepted.id());
    }
  }

  @Test
  void those_who_watch_are_answered_while_the_database_is_silent_or_locked() throws Exception {
    startDatabase(0);
    try (FreezingWire wire = FreezingWire.to(database.getPort());
        Comfy comfy = Comfy.start();
        HttpCalls calls = new HttpCalls();
        TestGateway gateway =
            start(
                comfy,
                "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres"
                    .formatted(URI.create(wire.url()).getPort()))) {
      assertThat(watched(gateway, "/metrics").text()).contains("gateway_database_up 1.0");

      wire.freeze();
      // More than there are threads and connections for.
      calls.begin(gateway, "/jobs", 120);
      assertWatched(gateway);
      wire.thaw();
      calls.awaitAll();
      Awaitility.await().until(() -> gateway.get("/health/ready").status() == 200);

      try (Connection other = database.getPostgresDatabase().getConnection();
          Statement lock = other.createStatement()) {
        other.setAutoCommit(false);
        lock.execute("lock table job in access exclusive mode");
        calls.begin(gateway, "/jobs", 120);
        assertWatched(gateway);
        other.rollback();
      }
      calls.awaitAll();
      Awaitility.await().until(() -> gateway.get("/health/ready").status() == 200);
      assertThat(gateway.get("/health/ready").text()).doesNotContain("age_seconds");
    }
  }

  private static void assertWatched(TestGateway gateway) {
    for (int i = 0; i < 3; i++) {
      assertThat(watched(gateway, "/health/live").text()).isEqualTo("{\"status\":\"up\"}");
      Answer ready = watched(gateway, "/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.json().at("/parts/database/status").asText()).isEqualTo("down");
      assertThat(ready.json().at("/parts/database/waiting_jobs").asInt(-1)).isZero();
      assertThat(ready.json().at("/parts/database/age_seconds").asInt(-1)).isNotNegative();
      assertThat(ready.json().at("/parts/store/status").asText()).isEqualTo("up");
    }
    // Its numbers are held for some seconds.
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(watched(gateway, "/metrics").text())
                    .contains("gateway_database_up 0.0")
                    .contains("gateway_jobs{state=\"queued\"} 0.0")
                    .containsPattern("gateway_database_age_seconds \\d"));
  }

  // Far less than the pool waits for a connection; the limit itself is a second.
  private static Answer watched(TestGateway gateway, String path) {
    return gateway.send(gateway.request(path, "").timeout(Duration.ofSeconds(4)));
  }

  /** Requests that are under way at the same time. */
  private static final class HttpCalls implements AutoCloseable {
    private final List<CompletableFuture<Answer>> answers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    void begin(TestGateway gateway, String path, int number) {
      for (int i = 0; i < number; i++) {
        answers.add(CompletableFuture.supplyAsync(() -> gateway.get(path), threads));
      }
    }

    void awaitAll() {
      answers.forEach(answer -> answer.handle((got, failed) -> got).join());
      answers.clear();
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }

  @Test
  void a_connection_waits_for_a_minute_unless_the_url_says_otherwise() throws Exception {
    startDatabase(0);
    String url = database.getJdbcUrl("postgres", "postgres");
    for (var wanted : Map.of(url, 60_000, url + "&socketTimeout=7", 7_000).entrySet()) {
      Database.Address address =
          new Database.Address(
              Optional.of(wanted.getKey()), Optional.empty(), Optional.empty(), folder);
      try (Database opened = new Database(address, 1);
          Connection connection = opened.dataSource().getConnection()) {
        assertThat(connection.getNetworkTimeout()).isEqualTo(wanted.getValue());
      }
    }
  }

  private static Answer submit(Caller caller, CallbackInbox inbox) {
    return caller.post(
        "/webhook/smoke", TestGateway.KEY, "{\"callback_url\":\"" + inbox.url("/hook") + "\"}");
  }
}
