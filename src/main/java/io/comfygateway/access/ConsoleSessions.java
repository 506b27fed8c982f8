package io.comfygateway.access;

import io.comfygateway.database.SqlFile;
import io.comfygateway.digest.Sha256;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The sessions of the console: a browser that has signed in with a key has its rights, as they are
 * at each request, until it signs out, the session ends, or the key is revoked, rotated or expires.
 * The database has only hashes of tokens, so that every gateway on it knows each session.
 */
public final class ConsoleSessions {
  private static final int RANDOM_BYTES = 32;
  // A person has a few browsers.
  private static final int MOST_PER_KEY = 50;
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(1);

  private final JdbcClient jdbc;
  private final ApiKeys keys;
  private final SecretMarks marks;
  private final Limits limits;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/access.sql");
  private final SecureRandom random = new SecureRandom();

  /**
   * When sessions end.
   *
   * @param life after signing in
   * @param idle after the last request
   */
  public record Limits(Duration life, Duration idle) {}

  /**
   * A session.
   *
   * @param key the name of its key
   * @param seen when its last request was, to the minute
   * @param ends when it ends at the latest
   */
  public record Session(UUID id, String key, Instant created, Instant seen, Instant ends) {}

  /**
   * A session that was just made.
   *
   * @param token what its cookie holds, 256 random bits in base64url
   */
  public record Created(String token, Duration life) {
    @Override
    public String toString() {
      return "Created[" + life + "]";
    }
  }

  /** A session and its caller, as its key is now. */
  record SignedIn(Session session, Caller caller) {}

  private record Row(Session session, String mark) {}

  public ConsoleSessions(
      JdbcClient jdbc, ApiKeys keys, MasterKey masterKey, Limits limits, InstantSource clock) {
    this.jdbc = jdbc;
    this.keys = keys;
    this.marks = new SecretMarks(masterKey);
    this.limits = limits;
    this.clock = clock;
  }

  /** Makes a session for a key; the one that was unused for longest ends if there are too many. */
  Created create(KeyRecord key) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    forget();
    Instant now = clock.instant();
    jdbc.sql(sql.get("end-surplus-sessions"))
        .param("key", key.name())
        .param("kept", MOST_PER_KEY - 1)
        .update();
    jdbc.sql(sql.get("insert-session"))
        .param("hash", Sha256.hex(token))
        .param("id", UUID.randomUUID())
        .param("key", key.name())
        .param("mark", marks.of(key.name(), key.secret()))
        .param("now", at(now))
        .param("ends", at(now.plus(limits.life())))
        .update();
    return new Created(token, limits.life());
  }

  /** Who has signed in with a token; empty if there is no such session any more. */
  Optional<SignedIn> signedIn(String token) {
    return row(token).flatMap(this::signedIn);
  }

  /** Who has signed in to a session; empty if it has ended. */
  Optional<SignedIn> signedIn(UUID id) {
    return row("session-by-id", "id", id).flatMap(this::signedIn);
  }

  private Optional<SignedIn> signedIn(Row row) {
    return key(row).map(key -> new SignedIn(row.session(), key.caller()));
  }

  /** The session of a token; empty if it has ended. */
  public Optional<Session> find(String token) {
    return signedIn(token).map(SignedIn::session);
  }

  /** A request has used a session. */
  void used(String token) {
    Instant now = clock.instant();
    jdbc.sql(sql.get("note-session"))
        .param("hash", Sha256.hex(token))
        .param("now", at(now))
        .param("before", at(now.minus(BETWEEN_NOTES)))
        .update();
  }

  /** Every session, the last used one first. */
  public List<Session> all() {
    return jdbc
        .sql(sql.get("sessions"))
        .param("now", at(clock.instant()))
        .param("idle", at(clock.instant().minus(limits.idle())))
        .query(ConsoleSessions::read)
        .list()
        .stream()
        .filter(row -> key(row).isPresent())
        .map(Row::session)
        .toList();
  }

  /** Ends a session; false if there is none. */
  public boolean end(UUID id) {
    return jdbc.sql(sql.get("end-session")).param("id", id).update() == 1;
  }

  /** Ends the session of a token, if there is one. */
  void end(String token) {
    jdbc.sql(sql.get("end-session-of")).param("hash", Sha256.hex(token)).update();
  }

  // Those that have ended, or whose browser has left.
  private void forget() {
    jdbc.sql(sql.get("forget-sessions"))
        .param("now", at(clock.instant()))
        .param("idle", at(clock.instant().minus(limits.idle())))
        .update();
  }

  private Optional<Row> row(String token) {
    return row("session", "hash", Sha256.hex(token));
  }

  private Optional<Row> row(String query, String parameter, Object value) {
    return jdbc.sql(sql.get(query))
        .param(parameter, value)
        .param("now", at(clock.instant()))
        .param("idle", at(clock.instant().minus(limits.idle())))
        .query(ConsoleSessions::read)
        .optional();
  }

  private static Row read(ResultSet row, int number) throws SQLException {
    return new Row(
        new Session(
            row.getObject("id", UUID.class),
            row.getString("key_name"),
            instant(row, "created_at"),
            instant(row, "seen_at"),
            instant(row, "ends_at")),
        row.getString("key_mark"));
  }

  // A key with another secret is another key, and has not signed in.
  private Optional<KeyRecord> key(Row row) {
    return keys.live(row.session().key())
        .filter(key -> marks.matches(row.mark(), key.name(), key.secret()))
        .findFirst();
  }

  private static OffsetDateTime at(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
