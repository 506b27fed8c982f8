package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gateways on one database must have in common. */
class DeploymentTest {
  private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final String OTHER_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

  @TempDir Path place;
  private Database.Address address;

  @BeforeEach
  void newDatabase() {
    address = DatabaseKind.POSTGRESQL.inNewPlace(place);
  }

  private Settings settings(String name, Map<String, String> more) {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("gateway.data-dir", place.resolve(name).toString());
    overrides.put("gateway.files-dir", place.resolve("files").toString());
    overrides.put("gateway.db.url", address.url().orElseThrow());
    overrides.put("gateway.db.user", address.user().orElseThrow());
    overrides.put("gateway.db.connections", "2");
    overrides.put("gateway.master-key", KEY);
    overrides.putAll(more);
    return Settings.read(Path.of("config/application.properties"), overrides);
  }

  private Persistence open(String name, Map<String, String> more) {
    return Persistence.open(settings(name, more));
  }

  @Test
  void gateways_on_one_database_sign_callbacks_with_one_secret() throws IOException {
    try (Persistence first = open("one", Map.of());
        Persistence second = open("two", Map.of())) {
      assertThat(second.callbackSecrets()).isEqualTo(first.callbackSecrets());
      assertThat(Files.readString(place.resolve("two/callback-secret")))
          .isEqualTo(first.callbackSecrets().get(0).text());
      assertThat(second.gatewayId()).isNotEqualTo(first.gatewayId());
    }
  }

  @Test
  void a_gateway_with_another_master_key_does_not_start() {
    open("one", Map.of()).close();

    assertThatThrownBy(() -> open("two", Map.of("gateway.master-key", OTHER_KEY)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("GATEWAY_MASTER_KEY");
    assertThatCode(() -> open("two", Map.of()).close()).doesNotThrowAnyException();
  }

  @Test
  void a_gateway_that_keeps_files_elsewhere_does_not_start() throws IOException {
    open("one", Map.of()).close();
    Map<String, String> elsewhere = Map.of("gateway.files-dir", "");

    assertThatThrownBy(() -> open("two", elsewhere))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("GATEWAY_FILES_DIR")
        .hasMessageContaining(Files.readString(place.resolve("files/files-id")));
  }

  @Test
  void the_folder_of_files_may_be_found_under_another_path() throws IOException {
    open("one", Map.of()).close();
    Path moved = Files.createDirectories(place.resolve("mounted/here"));
    Files.move(place.resolve("files"), moved, StandardCopyOption.REPLACE_EXISTING);

    assertThatCode(() -> open("one", Map.of("gateway.files-dir", moved.toString())).close())
        .doesNotThrowAnyException();
  }

  @Test
  void a_program_older_than_the_tables_does_not_start_and_says_what_to_do() {
    try (Persistence newer = open("one", Map.of())) {
      newer
          .database()
          .jdbc()
          .sql(
              """
              INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
                checksum, installed_by, execution_time, success)
              VALUES (900, '900', 'later', 'SQL', 'V900__later.sql', 1, 'me', 1, TRUE)
              """)
          .update();
    }

    assertThatThrownBy(() -> open("two", Map.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("newer version")
        .hasMessageContaining("900");
  }

  @Test
  void a_master_key_that_was_lost_is_told_of_at_the_start() throws IOException {
    Map<String, String> embedded = Map.of("gateway.db.url", "", "gateway.master-key", "");
    open("one", embedded).close();
    Files.delete(place.resolve("one/master.key"));

    assertThatThrownBy(() -> open("one", embedded))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("master.key");
  }
}
