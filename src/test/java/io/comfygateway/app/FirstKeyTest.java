package io.comfygateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.access.GeneratedKey;
import io.comfygateway.access.Scope;
import io.comfygateway.settings.Settings;
import io.comfygateway.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstKeyTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path place;
  private Persistence persistence;

  private FirstKey firstKey(Map<String, String> changes) throws IOException {
    Settings settings = Settings.read(SettingsFile.write(place, changes), Map.of());
    if (persistence == null) {
      persistence = Persistence.open(settings);
    }
    return new FirstKey(settings, persistence.keyStore());
  }

  @AfterEach
  void close() {
    persistence.close();
  }

  @Test
  void it_is_made_once_with_every_scope_but_url_and_can_be_read_again() throws IOException {
    FirstKey firstKey = firstKey(Map.of());

    Optional<GeneratedKey> key = firstKey.create(NOW);

    assertThat(key).isPresent();
    assertThat(key.orElseThrow().record().scopes())
        .containsExactlyInAnyOrder(
            Scope.RUN, Scope.RAW, Scope.READ_ALL, Scope.PUBLISH, Scope.ADMIN);
    assertThat(persistence.keyStore().all())
        .singleElement()
        .satisfies(
            stored -> assertThat(stored.scopes()).isEqualTo(key.orElseThrow().record().scopes()));
    assertThat(firstKey.create(NOW)).isEmpty();
  }

  @Test
  void none_is_made_where_keys_are_set_or_nobody_needs_one() throws IOException {
    assertThat(firstKey(Map.of("gateway.api-keys", "me:0123456789abcdef")).create(NOW)).isEmpty();
    assertThat(firstKey(Map.of("gateway.auth", "none")).create(NOW)).isEmpty();
    assertThat(persistence.keyStore().all()).isEmpty();
  }

  @Test
  void it_is_refused_where_other_machines_reach_the_port_and_there_is_no_key() throws IOException {
    FirstKey reachable = firstKey(Map.of("gateway.host", "0.0.0.0"));

    assertThatThrownBy(reachable::requirePossible)
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("0.0.0.0")
        .hasMessageContaining("GATEWAY_API_KEYS")
        .hasMessageContaining("./gateway key create");
    FirstKey local = firstKey(Map.of());
    assertThatCode(local::requirePossible).doesNotThrowAnyException();
    local.create(NOW);
    assertThatCode(reachable::requirePossible).doesNotThrowAnyException();
  }
}
