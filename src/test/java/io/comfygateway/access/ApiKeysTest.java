package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.SettableClock;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeysTest {
  private static final String LONG = "0123456789abcdef";
  private static final String OTHER = "fedcba9876543210";
  private static final SettableClock CLOCK = new SettableClock();

  private static Optional<Caller> caller(ApiKeys keys, String secret) {
    return keys.find(secret).map(KeyRecord::caller);
  }

  @Test
  void a_configured_secret_gives_its_caller_with_the_scope_run() {
    ApiKeys keys = new ApiKeys("n8n:" + LONG, List.of(), false, CLOCK);

    assertThat(caller(keys, LONG)).contains(new Caller("n8n", Set.of(Scope.RUN)));
  }

  @Test
  void scopes_are_joined_by_plus_and_entries_by_commas() {
    ApiKeys keys =
        new ApiKeys("a:" + LONG + ":run+raw , b:" + OTHER + ":admin", List.of(), false, CLOCK);

    assertThat(caller(keys, LONG)).contains(new Caller("a", Set.of(Scope.RUN, Scope.RAW)));
    assertThat(caller(keys, OTHER)).contains(new Caller("b", Set.of(Scope.ADMIN)));
  }

  @Test
  void a_name_may_have_two_secrets_while_one_is_replaced() {
    ApiKeys keys = new ApiKeys("a:" + LONG + ",a:" + OTHER, List.of(), false, CLOCK);

    assertThat(caller(keys, LONG)).isEqualTo(caller(keys, OTHER)).isPresent();
  }

  @Test
  void a_wrong_empty_longer_or_shorter_secret_gives_nobody() {
    ApiKeys keys = new ApiKeys("a:" + LONG, List.of(), false, CLOCK);

    for (String wrong : List.of("", OTHER, LONG + "0", LONG.substring(1), LONG.toUpperCase())) {
      assertThat(caller(keys, wrong)).as(wrong).isEmpty();
    }
  }

  @Test
  void without_keys_nobody_is_let_in() {
    ApiKeys keys = new ApiKeys(" ", List.of(), false, CLOCK);

    assertThat(caller(keys, "")).isEmpty();
  }

  @Test
  void a_generated_key_is_recognised_from_its_record_alone() {
    GeneratedKey key = ApiKeys.generate("new", Set.of(Scope.RAW));

    assertThat(key.secret()).matches("cg_[A-Za-z0-9_-]{43}");
    assertThat(caller(new ApiKeys("", List.of(key.record()), false, CLOCK), key.secret()))
        .contains(new Caller("new", Set.of(Scope.RAW)));
    assertThat(key.record().toString()).doesNotContain(key.secret());
    assertThat(key.toString()).doesNotContain(key.secret());
  }

  @Test
  void configured_and_stored_keys_work_side_by_side() {
    GeneratedKey stored = ApiKeys.generate("stored", Set.of(Scope.ADMIN));
    ApiKeys keys = new ApiKeys("set:" + LONG, List.of(stored.record()), false, CLOCK);

    assertThat(caller(keys, LONG)).map(Caller::name).contains("set");
    assertThat(caller(keys, stored.secret())).map(Caller::name).contains("stored");
  }

  @Test
  void two_records_of_one_secret_share_neither_salt_nor_hash() {
    KeyRecord one = KeyRecord.of("a", SecretHash.of(LONG, new SecureRandom()), Set.of());
    KeyRecord two = KeyRecord.of("a", SecretHash.of(LONG, new SecureRandom()), Set.of());

    assertThat(one.secret().salt()).isNotEqualTo(two.secret().salt()).hasSize(32);
    assertThat(one.secret().hash()).isNotEqualTo(two.secret().hash()).hasSize(64);
  }

  @Test
  void a_short_secret_is_refused_unless_only_this_machine_can_call() {
    assertThatThrownBy(() -> new ApiKeys("a:hunter2", List.of(), false, CLOCK))
        .hasMessageContaining("entry 1 (a)")
        .hasMessageContaining("16 characters")
        .hasMessageNotContaining("hunter2");
    assertThat(caller(new ApiKeys("a:hunter2", List.of(), true, CLOCK), "hunter2")).isPresent();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "topsecrettopsecret            | entry 1 has no secret",
        "ok:0123456789abcdef,topsecret | entry 2 has no secret",
        "topsecret topsecret:abc:run   | entry 1: a name is",
        ":topsecrettopsecret           | entry 1: a name is",
        "a:                            | entry 1 (a): the secret must be printable",
        "a:topsecrettop secret         | entry 1 (a): the secret must be printable",
        "a:topsecrettopsecrét          | entry 1 (a): the secret must be printable",
        "a:topsecret:topsecret         | entry 1 (a): the secret is shorter",
        "a:0123456789abcdef:topsecret  | entry 1 (a): the scopes must be run, raw, read-all, publish, url, admin",
        "a:0123456789abcdef:run+       | entry 1 (a): the scopes must be run, raw, read-all, publish, url, admin",
        "a:0123456789abcdef:run:raw    | entry 1 (a) has too many parts",
        "a:0123456789abcdef,           | entry 2 has no secret",
        "a:0123456789abcdef,b:0123456789abcdef | entry 2 (b): an earlier entry has the same",
      })
  void a_faulty_setting_is_named_by_position_and_never_shows_a_secret(
      String setting, String message) {
    assertThatThrownBy(() -> new ApiKeys(setting, List.of(), false, CLOCK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GATEWAY_API_KEYS: " + message)
        .hasMessageNotContainingAny("topsecret", LONG);
  }
}
