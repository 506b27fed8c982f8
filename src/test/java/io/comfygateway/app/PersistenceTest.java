package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.database.Database;
import io.comfygateway.database.DatabaseKind;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PersistenceTest {
  @TempDir Path place;

  private Settings settings(Database.Address address) throws IOException {
    Map<String, String> changes = new HashMap<>();
    address.url().ifPresent(url -> changes.put("gateway.db.url", url));
    address.user().ifPresent(user -> changes.put("gateway.db.user", user));
    return Settings.read(SettingsFile.write(place, changes), Map.of());
  }

  @ParameterizedTest
  @EnumSource(DatabaseKind.class)
  void a_database_that_no_gateway_has_used_is_refused_and_not_made(DatabaseKind kind)
      throws IOException {
    Settings settings = settings(kind.inEmptyPlace(place.resolve("data")));

    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(() -> Persistence.requireUsed(settings))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("No gateway has run yet")
          .hasMessageContaining(settings.database().describe())
          .hasMessageContaining("./gateway start");
    }
    assertThat(place.resolve("data")).doesNotExist();

    Persistence.open(settings).close();
    assertThatCode(() -> Persistence.requireUsed(settings)).doesNotThrowAnyException();
  }

  @Test
  void a_database_that_does_not_answer_is_not_taken_for_an_unused_one() throws IOException {
    Settings settings =
        Settings.read(
            SettingsFile.write(
                place, Map.of("gateway.db.url", "jdbc:postgresql://127.0.0.1:1/none")),
            Map.of());

    assertThatThrownBy(() -> Persistence.requireUsed(settings))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/none")
        .hasMessageContaining("GATEWAY_DB_URL");
  }
}
