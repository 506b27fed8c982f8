package io.comfygateway.access;

import io.comfygateway.access.KeyRestrictions.Rates;
import io.comfygateway.database.SqlFile;
import io.comfygateway.egress.AddressRange;
import io.comfygateway.webhook.WebhookSecret;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The keys that the gateway itself has created. Their secrets are stored as salted hashes; the
 * secrets that sign callbacks are encrypted, since they are needed again.
 */
public final class KeyStore {
  private static final Logger LOG = LoggerFactory.getLogger(KeyStore.class);
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final Sealer sealer;
  private final SqlFile sql = new SqlFile("/sql/access.sql");

  public KeyStore(JdbcClient jdbc, TransactionTemplate transaction, MasterKey masterKey) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.sealer = new Sealer(masterKey, "callback secret");
  }

  /**
   * Every key, revoked ones included. A key whose row this version cannot read, such as one with a
   * scope of a newer version, is left out with a warning and does not work; the others do.
   */
  public List<KeyRecord> all() {
    return jdbc.sql(sql.get("keys")).query((row, n) -> readable(row)).list().stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** Whether there is no key at all, revoked and unreadable ones included. */
  public boolean isEmpty() {
    return !jdbc.sql(sql.get("has-keys")).query(Boolean.class).single();
  }

  /** A number that every change increases, whichever gateway makes it. */
  public long version() {
    return jdbc.sql(sql.get("version")).query(Long.class).single();
  }

  /**
   * Stores a new key.
   *
   * @throws org.springframework.dao.DuplicateKeyException if the name is taken
   */
  public void add(KeyRecord key, Instant now) {
    KeyRestrictions restrictions = key.restrictions();
    change(
        jdbc.sql(sql.get("insert-key"))
            .param("name", key.name())
            .param("salt", key.secret().salt())
            .param("hash", key.secret().hash())
            .param("scopes", words(key.scopes().stream().map(Scope::word).sorted(), "+"))
            .param("workflows", words(restrictions.workflows().stream(), " "))
            .param(
                "networks",
                words(restrictions.networks().stream().map(AddressRange::toString), " "))
            .param("expires", at(restrictions.expires()), Types.TIMESTAMP_WITH_TIMEZONE)
            .param("requestsPerMinute", restrictions.rates().requestsPerMinute())
            .param("jobsPerMinute", restrictions.rates().jobsPerMinute())
            .param("jobsPerDay", restrictions.rates().jobsPerDay())
            .param("jobsPerMonth", restrictions.rates().jobsPerMonth())
            .param("previews", restrictions.previews())
            .param("editorMetadata", restrictions.editorMetadata())
            .param("callbackSecret", seal(key.name(), key.signing().secret()), Types.BINARY)
            .param("now", now.atOffset(ZoneOffset.UTC)));
  }

  /** Revokes a key with its former secret; false if it is revoked already. */
  public boolean revoke(String name, Instant now) {
    return change(
        jdbc.sql(sql.get("revoke")).param("name", name).param("now", now.atOffset(ZoneOffset.UTC)));
  }

  /** Gives a key a new secret; the former one is valid until then. */
  public boolean rotate(String name, SecretHash secret, Instant until) {
    return change(
        jdbc.sql(sql.get("rotate"))
            .param("name", name)
            .param("salt", secret.salt())
            .param("hash", secret.hash())
            .param("until", until.atOffset(ZoneOffset.UTC)));
  }

  /** Gives a key a new secret for callbacks; for a while, the former one signs them as well. */
  public boolean rotateCallbackSecret(
      String name, WebhookSecret secret, Overlap<WebhookSecret> former) {
    return change(
        jdbc.sql(sql.get("rotate-callback-secret"))
            .param("name", name)
            .param("secret", seal(name, Optional.of(secret)), Types.BINARY)
            .param("former", seal(name, Optional.of(former.former())), Types.BINARY)
            .param("until", former.until().atOffset(ZoneOffset.UTC)));
  }

  /** Records when keys were last used. It is no change of a key. */
  void noteUses(Map<String, Instant> uses) {
    transaction.executeWithoutResult(
        status ->
            new TreeMap<>(uses)
                .forEach(
                    (name, at) ->
                        jdbc.sql(sql.get("note-use"))
                            .param("name", name)
                            .param("at", at.atOffset(ZoneOffset.UTC))
                            .update()));
  }

  /** When the keys that were used were last used, through any gateway, to the minute. */
  Map<String, Instant> lastUses() {
    Map<String, Instant> uses = new HashMap<>();
    jdbc.sql(sql.get("last-uses"))
        .query(
            row -> {
              uses.put(row.getString("name"), instant(row, "last_used_at").orElseThrow());
            });
    return uses;
  }

  /**
   * How many jobs each key with a quota has made.
   *
   * @param period a day or a month of UTC: {@code 2026-03-01} or {@code 2026-03}
   */
  Map<String, Long> jobsOf(String period) {
    Map<String, Long> jobs = new HashMap<>();
    jdbc.sql(sql.get("usages"))
        .param("period", period)
        .query(
            row -> {
              jobs.put(row.getString("owner"), row.getLong("jobs"));
            });
    return jobs;
  }

  private boolean change(JdbcClient.StatementSpec statement) {
    return Boolean.TRUE.equals(
        transaction.execute(
            status -> statement.update() == 1 && jdbc.sql(sql.get("note-change")).update() == 1));
  }

  private Optional<KeyRecord> readable(ResultSet row) throws SQLException {
    try {
      return Optional.of(key(row));
    } catch (IllegalArgumentException e) {
      LOG.warn("key_unreadable name={} reason=\"{}\"", row.getString("name"), e.getMessage());
      return Optional.empty();
    }
  }

  private KeyRecord key(ResultSet row) throws SQLException {
    String name = row.getString("name");
    return new KeyRecord(
        name,
        new SecretHash(row.getString("salt"), row.getString("hash")),
        row.getString("old_salt") == null
            ? Optional.empty()
            : Optional.of(
                new Overlap<>(
                    new SecretHash(row.getString("old_salt"), row.getString("old_hash")),
                    instant(row, "old_until").orElseThrow())),
        Scope.parse(row.getString("scopes")),
        new KeyRestrictions(
            list(row.getString("workflows"), Function.identity()),
            list(row.getString("networks"), AddressRange::parse),
            instant(row, "expires_at"),
            new Rates(
                row.getLong("requests_per_minute"),
                row.getLong("jobs_per_minute"),
                row.getLong("jobs_per_day"),
                row.getLong("jobs_per_month")),
            row.getBoolean("previews"),
            row.getBoolean("editor_metadata")),
        signing(name, row),
        new KeyRecord.Life(instant(row, "created_at").orElseThrow(), instant(row, "revoked_at")));
  }

  private KeyRecord.Signing signing(String name, ResultSet row) throws SQLException {
    Optional<WebhookSecret> current = open(name, row.getBytes("callback_secret"));
    Optional<WebhookSecret> former = open(name, row.getBytes("old_callback_secret"));
    Optional<Instant> until = instant(row, "old_callback_until");
    return new KeyRecord.Signing(
        current, former.map(secret -> new Overlap<>(secret, until.orElseThrow())));
  }

  private byte @Nullable [] seal(String name, Optional<WebhookSecret> secret) {
    return secret
        .map(clear -> sealer.seal(clear.text().getBytes(StandardCharsets.UTF_8), name))
        .orElse(null);
  }

  private Optional<WebhookSecret> open(String name, byte @Nullable [] sealed) {
    return Optional.ofNullable(sealed)
        .map(bytes -> new String(sealer.open(bytes, name), StandardCharsets.UTF_8))
        .map(WebhookSecret::new);
  }

  private static @Nullable OffsetDateTime at(Optional<Instant> time) {
    return time.map(instant -> instant.atOffset(ZoneOffset.UTC)).orElse(null);
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  private static String words(Stream<String> words, String separator) {
    return words.collect(Collectors.joining(separator));
  }

  private static <T> List<T> list(String words, Function<String, T> read) {
    return Stream.of(words.split(" ")).filter(word -> !word.isEmpty()).map(read).toList();
  }
}
