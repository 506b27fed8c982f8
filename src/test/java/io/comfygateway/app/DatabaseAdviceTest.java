package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start says of a real database that cannot be opened. */
class DatabaseAdviceTest {
  private static final String ROLE = "gateway_advice";

  @TempDir Path place;
  private Database.Address address;

  private String refusal(Map<String, String> changes) throws IOException {
    Path file = SettingsFile.write(place, changes);
    Settings settings = Settings.read(file, Map.of());
    StartFailure refused =
        catchThrowableOfType(StartFailure.class, () -> Persistence.open(settings).close());
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).doesNotContain("\n");
    return refused.getMessage();
  }

  private void onServer(String... statements) throws SQLException {
    if (address == null) {
      address = DatabaseKind.POSTGRESQL.inNewPlace(place);
    }
    try (Connection connection =
            DriverManager.getConnection(
                address.url().orElseThrow(), address.user().orElseThrow(), "");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @AfterEach
  void dropRole() throws SQLException {
    if (address != null) {
      onServer("DROP ROLE IF EXISTS " + ROLE);
    }
  }

  private Map<String, String> asRole(String changedUrl) {
    return Map.of("gateway.db.url", changedUrl, "gateway.db.user", ROLE);
  }

  private String url() {
    return address.url().orElseThrow();
  }

  @Test
  void a_role_that_may_not_make_tables_is_told_which_right_it_needs() throws Exception {
    onServer("CREATE ROLE " + ROLE + " LOGIN");
    String schema = url().replaceAll(".*currentSchema=", "");
    onServer("GRANT USAGE ON SCHEMA " + schema + " TO " + ROLE);

    assertThat(refusal(asRole(url().replace("user=postgres", ""))))
        .contains("GRANT USAGE, CREATE ON SCHEMA")
        .contains(ROLE)
        .doesNotContain("GATEWAY_DB_PASSWORD");
    onServer("REVOKE ALL ON SCHEMA " + schema + " FROM " + ROLE);
  }

  @Test
  void a_read_only_database_and_one_without_connections_are_not_taken_for_a_wrong_address()
      throws Exception {
    onServer("CREATE ROLE " + ROLE + " LOGIN SUPERUSER");
    onServer("ALTER ROLE " + ROLE + " SET default_transaction_read_only = on");
    assertThat(refusal(asRole(url().replace("user=postgres", ""))))
        .contains("read-only")
        .contains("primary")
        .doesNotContain("GATEWAY_DB_PASSWORD");

    onServer("ALTER ROLE " + ROLE + " NOSUPERUSER CONNECTION LIMIT 0");
    assertThat(refusal(asRole(url().replace("user=postgres", ""))))
        .contains("Lower GATEWAY_DB_CONNECTIONS of each gateway (16 now)")
        .contains("CONNECTION LIMIT")
        .doesNotContain("GATEWAY_DB_PASSWORD");
  }

  @Test
  void a_database_that_is_not_there_is_to_be_made() throws Exception {
    onServer("SELECT 1");

    assertThat(refusal(Map.of("gateway.db.url", url().replace("/postgres?", "/nowhere?"))))
        .contains("CREATE DATABASE");
  }

  @Test
  void a_damaged_file_of_the_embedded_database_is_named_with_what_to_do() throws Exception {
    Path file = place.resolve("data/gateway.mv.db");
    Persistence.open(Settings.read(SettingsFile.write(place, Map.of()), Map.of())).close();
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at += 7) {
      bytes[at] ^= 0x55;
    }
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);

    assertThat(refusal(Map.of()))
        .contains(file.toString())
        .contains("is damaged")
        .contains("./gateway restore");
  }
}
