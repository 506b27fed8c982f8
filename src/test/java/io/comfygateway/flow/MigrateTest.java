package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.cli.Gateway;
import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code gateway migrate}: from H2 into a real PostgreSQL. */
class MigrateTest {
  private static final String BOSS = "boss-0123456789abcdefgh";

  @TempDir Path place;
  private final Comfy comfy = Comfy.start();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path data;
  private Database.Address target;

  @BeforeEach
  void prepare() {
    data = place.resolve("data");
    target = DatabaseKind.POSTGRESQL.inEmptyPlace(data);
  }

  @AfterEach
  void stop() {
    comfy.close();
  }

  private TestGateway start(Map<String, String> more) {
    return TestGateway.start(data, "gpu-1=" + comfy.url(), more).ready();
  }

  private int migrate() throws IOException {
    Path settings = place.resolve("application.properties");
    Files.writeString(
        settings,
        Files.readString(Path.of("config/application.properties"))
            .replace("{{env:GATEWAY_DATA_DIR:data}}", data.toString())
            .replace("{{env:GATEWAY_DB_URL:}}", target.url().orElseThrow()));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = Gateway.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute("migrate", "--config", settings.toString());
  }

  private int rows(String table) {
    try (Database database = new Database(target, 2)) {
      return database.jdbc().sql("SELECT COUNT(*) FROM " + table).query(Integer.class).single();
    }
  }

  @Test
  void jobs_go_on_in_postgresql_where_h2_left_them_and_h2_is_as_it_was() throws Exception {
    String done;
    String waiting;
    try (TestGateway gateway = start(Map.of())) {
      done = gateway.post("/webhook/smoke?respond=result", "{}").id();
      comfy.hold();
      waiting = gateway.post("/webhook/smoke", "{}", "Idempotency-Key", "once").id();
      assertThat(migrate()).isEqualTo(1);
      assertThat(err.toString()).contains("is used by another running gateway");
    }
    byte[] before = Files.readAllBytes(data.resolve("gateway.mv.db"));

    assertThat(migrate()).as(err.toString()).isZero();

    assertThat(Files.readAllBytes(data.resolve("gateway.mv.db"))).isEqualTo(before);
    assertThat(data.resolve("migrating")).doesNotExist();
    assertThat(out.toString()).containsPattern("job +2").contains("move");
    comfy.release();
    Map<String, String> settings = new HashMap<>();
    settings.put("gateway.db.url", target.url().orElseThrow());
    settings.put(
        "gateway.api-keys", "alice:" + TestGateway.KEY + ":run+raw,boss:" + BOSS + ":admin");
    try (TestGateway gateway = start(settings)) {
      TestGateway.Answer snapshot = gateway.postWith("/snapshot", BOSS, "");
      assertThat(snapshot.status()).isEqualTo(409);
      assertThat(snapshot.text()).contains("pg_dump");
      gateway.await(waiting, "succeeded");
      assertThat(gateway.get("/jobs/" + done + "/outputs/0").status()).isEqualTo(200);
      assertThat(gateway.post("/webhook/smoke", "{}", "Idempotency-Key", "once").id())
          .isEqualTo(waiting);
      gateway.await(gateway.post("/webhook/smoke", "{}").id(), "succeeded");
      assertThat(comfy.runs(waiting)).isEqualTo(1);
    }
    assertThat(migrate()).isEqualTo(1);
    assertThat(err.toString()).contains("is not empty").contains("Nothing was copied");
  }

  @Test
  void a_row_that_postgresql_does_not_take_leaves_it_empty() throws Exception {
    try (TestGateway gateway = start(Map.of())) {
      gateway.post("/webhook/smoke?respond=result", "{}");
    }
    Database.Address h2 =
        new Database.Address(Optional.empty(), Optional.empty(), Optional.empty(), data);
    try (Database database = new Database(h2, 2)) {
      database
          .jdbc()
          .sql("INSERT INTO rate_use (name, full_again) VALUES (?, CURRENT_TIMESTAMP)")
          .param("a\0b")
          .update();
    }

    assertThat(migrate()).isEqualTo(1);

    assertThat(err.toString())
        .contains("Nothing was copied")
        .contains("a row of the table rate_use");
    assertThat(rows("job")).isZero();
    assertThat(rows("deployment")).isZero();
    try (Database database = new Database(h2, 2)) {
      database.jdbc().sql("DELETE FROM rate_use").update();
    }
    assertThat(migrate()).as(err.toString()).isZero();
    assertThat(rows("job")).isEqualTo(1);
  }
}
