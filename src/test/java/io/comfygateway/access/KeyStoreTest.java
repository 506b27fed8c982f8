package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.job.StoreTest;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;

/** The keys that the gateway itself has made. */
class KeyStoreTest extends StoreTest {
  private static final String SECRET = "0123456789abcdef0123";
  private KeyStore keys;

  @BeforeEach
  void openKeys() {
    keys = new KeyStore(database.jdbc());
  }

  @Test
  void a_key_is_recognised_by_its_secret_after_it_was_stored() {
    KeyRecord key =
        KeyRecord.of(
            "first", SECRET, Set.of(Scope.RUN, Scope.RAW, Scope.ADMIN), new SecureRandom());
    keys.add(key, clock.instant());

    assertThat(keys.all()).containsExactly(key);
    assertThat(keys.all().get(0).matches(SECRET)).isTrue();
    assertThat(keys.all().get(0).matches(SECRET + "x")).isFalse();
  }

  @Test
  void keys_are_listed_by_name() {
    keys.add(KeyRecord.of("b", SECRET, Set.of(Scope.RUN), new SecureRandom()), clock.instant());
    keys.add(KeyRecord.of("a", SECRET, Set.of(Scope.RUN), new SecureRandom()), clock.instant());

    assertThat(keys.all()).extracting(KeyRecord::name).containsExactly("a", "b");
  }

  @Test
  void a_name_belongs_to_one_key() {
    KeyRecord key = KeyRecord.of("first", SECRET, Set.of(Scope.RUN), new SecureRandom());
    keys.add(key, clock.instant());

    assertThatThrownBy(() -> keys.add(key, clock.instant()))
        .isInstanceOf(DuplicateKeyException.class);
  }
}
