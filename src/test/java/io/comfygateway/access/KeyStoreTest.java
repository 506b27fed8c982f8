package io.comfygateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.comfygateway.TestJson;
import io.comfygateway.database.Database;
import io.comfygateway.egress.AddressRange;
import io.comfygateway.job.StoreTest;
import io.comfygateway.problem.Problem;
import io.comfygateway.webhook.WebhookSecret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DuplicateKeyException;

/** The keys that the gateway itself has made. */
class KeyStoreTest extends StoreTest {
  private static final String SECRET = "0123456789abcdef0123";
  private final MasterKey master = new MasterKey(MasterKey.randomBytes());
  private KeyStore keys;

  @BeforeEach
  void openKeys() {
    keys = new KeyStore(database.jdbc(), database.transaction(), master);
  }

  private KeyRecord key(String name) {
    return KeyRecord.of(
            name, SecretHash.of(SECRET, new SecureRandom()), Set.of(Scope.RUN, Scope.READ_ALL))
        .with(KeyRestrictions.NONE, KeyRecord.Signing.GATEWAYS_OWN, clock.instant());
  }

  @Test
  void a_key_is_as_it_was_stored_with_all_its_bounds_and_is_recognised_by_its_secret() {
    KeyRestrictions restrictions =
        new KeyRestrictions(
            List.of("txt2img", "sd*"),
            List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("2001:db8::1")),
            Optional.of(clock.instant().plusSeconds(60)),
            new KeyRestrictions.Rates(1, 2, 3, 4),
            false,
            true);
    WebhookSecret own = WebhookSecret.generate();
    KeyRecord key =
        key("first")
            .with(
                restrictions,
                new KeyRecord.Signing(Optional.of(own), Optional.empty()),
                clock.instant());
    keys.add(key, clock.instant());
    keys.add(key("second"), clock.instant());

    keys.add(
        key("third")
            .with(
                new KeyRestrictions(
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    KeyRestrictions.Rates.UNLIMITED,
                    true,
                    false),
                KeyRecord.Signing.GATEWAYS_OWN,
                clock.instant()),
        clock.instant());

    assertThat(keys.all()).startsWith(key);
    assertThat(keys.all().get(2).restrictions().previews()).isTrue();
    assertThat(keys.all().get(2).restrictions().editorMetadata()).isFalse();
    assertThat(keys.all().get(1).restrictions()).isEqualTo(KeyRestrictions.NONE);
    assertThat(keys.all().get(0).matches(SECRET, clock.instant())).isTrue();
    assertThat(keys.all().get(0).matches(SECRET + "x", clock.instant())).isFalse();
  }

  @Test
  void a_key_with_a_scope_of_a_newer_version_is_left_out_and_the_others_work() {
    assertThat(keys.isEmpty()).isTrue();
    keys.add(key("first"), clock.instant());
    keys.add(key("second"), clock.instant());
    database.jdbc().sql("UPDATE api_key SET scopes = 'run+fly' WHERE name = 'first'").update();

    assertThat(keys.all()).extracting(KeyRecord::name).containsExactly("second");
    database.jdbc().sql("DELETE FROM api_key WHERE name = 'second'").update();
    assertThat(keys.isEmpty()).isFalse();
  }

  @Test
  void secrets_are_not_in_the_database_in_clear() {
    WebhookSecret own = WebhookSecret.generate();
    keys.add(
        key("first")
            .with(
                KeyRestrictions.NONE,
                new KeyRecord.Signing(Optional.of(own), Optional.empty()),
                clock.instant()),
        clock.instant());

    database
        .jdbc()
        .sql("SELECT * FROM api_key")
        .query()
        .singleRow()
        .values()
        .forEach(
            value -> {
              String text =
                  value instanceof byte[] bytes
                      ? new String(bytes, StandardCharsets.ISO_8859_1)
                      : String.valueOf(value);
              assertThat(text).doesNotContain(SECRET, own.text(), own.text().substring(6));
            });
  }

  @Test
  void a_rotated_secret_and_its_former_one_count_until_the_overlap_is_over() {
    keys.add(key("first"), clock.instant());
    keys.rotate(
        "first",
        SecretHash.of("another0123456789ab", new SecureRandom()),
        clock.instant().plusSeconds(60));

    KeyRecord rotated = keys.all().get(0);
    assertThat(rotated.matches("another0123456789ab", clock.instant())).isTrue();
    assertThat(rotated.matches(SECRET, clock.instant().plusSeconds(59))).isTrue();
    assertThat(rotated.matches(SECRET, clock.instant().plusSeconds(60))).isFalse();
    assertThat(rotated.matches("another0123456789ab", clock.instant().plusSeconds(60))).isTrue();
  }

  @Test
  void a_rotation_with_a_field_that_it_does_not_know_rotates_nothing() {
    keys.add(key("first"), clock.instant());
    ApiKeys known = new ApiKeys("", keys.all(), false, clock);
    KeyAdmin admin = new KeyAdmin(keys, known, WebhookSecret.generate(), TestJson.MAPPER, clock);

    Problem refused =
        catchThrowableOfType(
            Problem.class,
            () ->
                admin.rotate(
                    "first", TestJson.parse("{\"overlap_second\":0,\"over/lap\":\"0s\"}")));

    assertThat(refused.faults())
        .extracting(Problem.Fault::pointer)
        .containsExactly("/overlap_second", "/over~1lap");
    assertThat(refused.getMessage()).contains("did you mean \"overlap_seconds\"?");
    assertThat(keys.all().get(0).former()).isEmpty();
    admin.rotate("first", TestJson.parse("{\"what\":\"key\",\"overlap_seconds\":0}"));
    assertThat(keys.all().get(0).matches(SECRET, clock.instant())).isFalse();
  }

  @Test
  void a_revoked_key_stays_with_its_name_and_not_with_its_former_secret() {
    keys.add(key("first"), clock.instant());
    keys.rotate(
        "first",
        SecretHash.of("another0123456789ab", new SecureRandom()),
        clock.instant().plusSeconds(60));

    assertThat(keys.revoke("first", clock.instant())).isTrue();
    assertThat(keys.revoke("first", clock.instant())).isFalse();
    assertThat(keys.rotate("first", SecretHash.of(SECRET, new SecureRandom()), clock.instant()))
        .isFalse();
    assertThat(keys.all().get(0).isLive(clock.instant())).isFalse();
    assertThat(keys.all().get(0).former()).isEmpty();
  }

  @Test
  void every_change_is_seen_by_another_gateway_on_the_same_database() {
    Database other = openOnceMore();
    ApiKeys there = new ApiKeys("", List.of(), false, clock);
    StoredKeys refreshed =
        new StoredKeys(new KeyStore(other.jdbc(), other.transaction(), master), there, clock);
    refreshed.refresh();

    keys.add(key("first"), clock.instant());
    refreshed.refresh();
    assertThat(there.find(SECRET)).map(KeyRecord::isRevoked).contains(false);
    keys.revoke("first", clock.instant());
    refreshed.refresh();
    assertThat(there.find(SECRET)).map(KeyRecord::isRevoked).contains(true);
  }

  @Test
  void a_callback_secret_signs_beside_its_former_one_until_the_overlap_is_over() {
    keys.add(key("first"), clock.instant());
    WebhookSecret own = WebhookSecret.generate();
    WebhookSecret former = WebhookSecret.generate();
    keys.rotateCallbackSecret("first", own, new Overlap<>(former, clock.instant().plusSeconds(60)));

    ApiKeys read = new ApiKeys("", keys.all(), false, clock);
    assertThat(read.of("first")).containsExactly(own, former);
    clock.advance(Duration.ofSeconds(60));
    assertThat(read.of("first")).containsExactly(own);
    assertThat(read.of("another")).isEmpty();
  }

  @Test
  void keys_are_listed_by_name() {
    keys.add(
        KeyRecord.of("b", SecretHash.of(SECRET, new SecureRandom()), Set.of(Scope.RUN)),
        clock.instant());
    keys.add(
        KeyRecord.of("a", SecretHash.of(SECRET, new SecureRandom()), Set.of(Scope.RUN)),
        clock.instant());

    assertThat(keys.all()).extracting(KeyRecord::name).containsExactly("a", "b");
  }

  @Test
  void a_name_belongs_to_one_key() {
    KeyRecord key =
        KeyRecord.of("first", SecretHash.of(SECRET, new SecureRandom()), Set.of(Scope.RUN));
    keys.add(key, clock.instant());

    assertThatThrownBy(() -> keys.add(key, clock.instant()))
        .isInstanceOf(DuplicateKeyException.class);
  }
}
