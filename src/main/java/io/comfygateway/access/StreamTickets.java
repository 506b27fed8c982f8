package io.comfygateway.access;

import io.comfygateway.database.SqlFile;
import io.comfygateway.digest.Sha256;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tickets for clients that cannot send a key, such as a browser's {@code EventSource}: a ticket
 * opens one stream of events with the rights of the caller that made it. It may appear in a URL,
 * since it is worthless once it was used. The database has only hashes, so every gateway on it
 * accepts a ticket, and only one of them. A ticket ends with the credential that made it: it is
 * then refused, and a stream that it has opened ends.
 */
public final class StreamTickets {
  /** How long a ticket can be used. */
  public static final Duration VALID = Duration.ofSeconds(30);

  private static final int RANDOM_BYTES = 32;
  private static final int LONGEST = 100;
  private static final String SCHEME = "ticket";

  private final JdbcClient jdbc;
  private final ApiKeys keys;
  private final CredentialCheck check;
  private final SecretMarks marks;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/access.sql");
  private final SecureRandom random = new SecureRandom();

  public StreamTickets(
      JdbcClient jdbc,
      ApiKeys keys,
      CredentialCheck check,
      MasterKey masterKey,
      InstantSource clock) {
    this.jdbc = jdbc;
    this.keys = keys;
    this.check = check;
    this.marks = new SecretMarks(masterKey);
    this.clock = clock;
  }

  /**
   * A ticket as its caller gets it.
   *
   * @param text 256 random bits in base64url
   */
  public record Ticket(String text, Instant expires) {}

  /**
   * Makes a ticket for a caller.
   *
   * @param credential what has admitted the caller
   */
  public Ticket create(Caller caller, Credential credential) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant();
    Instant expires = now.plus(VALID);
    Columns columns = columns(caller.name(), credential);
    jdbc.sql(sql.get("forget-tickets")).param("now", now.atOffset(ZoneOffset.UTC)).update();
    jdbc.sql(sql.get("insert-ticket"))
        .param("hash", Sha256.hex(text))
        .param("caller", caller.name())
        .param(
            "scopes",
            caller.scopes().stream().map(Scope::word).sorted().collect(Collectors.joining("+")))
        .param("expires", expires.atOffset(ZoneOffset.UTC))
        .param("session", columns.session(), Types.OTHER)
        .param("mark", columns.mark(), Types.VARCHAR)
        .param("ends", columns.ends(), Types.TIMESTAMP_WITH_TIMEZONE)
        .update();
    return new Ticket(text, expires);
  }

  /** A credential as the database has it. */
  private record Columns(
      @Nullable UUID session, @Nullable String mark, @Nullable OffsetDateTime ends) {}

  private Columns columns(String name, Credential credential) {
    if (credential instanceof Credential.Session session) {
      return new Columns(session.id(), null, null);
    }
    if (credential instanceof Credential.Secret secret) {
      return new Columns(null, marks.of(name, secret.hash()), null);
    }
    return new Columns(
        null,
        null,
        ((Credential.Foreign) credential)
            .ends()
            .map(end -> end.atOffset(ZoneOffset.UTC))
            .orElse(null));
  }

  private record Row(Caller caller, Columns columns) {}

  /**
   * Uses a ticket up.
   *
   * @return the caller that made it, as it is now, and its credential; empty if there is no such
   *     ticket any more, or the credential has ended
   */
  Optional<Authenticator.Identity> use(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    String hash = Sha256.hex(text);
    Optional<Row> row =
        jdbc.sql(sql.get("ticket"))
            .param("hash", hash)
            .param("now", clock.instant().atOffset(ZoneOffset.UTC))
            .query(StreamTickets::read)
            .optional();
    // Of two that use it at the same time, one deletes it.
    boolean isFirst = jdbc.sql(sql.get("use-ticket")).param("hash", hash).update() == 1;
    return row.filter(found -> isFirst).flatMap(this::identity);
  }

  private static Row read(ResultSet row, int number) throws SQLException {
    return new Row(
        new Caller(row.getString("caller"), Scope.parse(row.getString("scopes"))),
        new Columns(
            row.getObject("session_id", UUID.class),
            row.getString("key_mark"),
            row.getObject("credential_ends_at", OffsetDateTime.class)));
  }

  private Optional<Authenticator.Identity> identity(Row row) {
    return credential(row)
        .flatMap(
            credential ->
                check
                    .caller(row.caller(), credential)
                    .map(caller -> new Authenticator.Identity(caller, SCHEME, credential)));
  }

  private Optional<Credential> credential(Row row) {
    String name = row.caller().name();
    Columns columns = row.columns();
    if (columns.session() != null) {
      return Optional.of(new Credential.Session(columns.session()));
    }
    String mark = columns.mark();
    if (mark != null) {
      return keys.live(name)
          .flatMap(key -> key.valid(clock.instant()))
          .filter(secret -> marks.matches(mark, name, secret))
          .findFirst()
          .map(Credential.Secret::new);
    }
    // The ticket of a key has a mark, unless an earlier version has made it.
    return Optional.of(name)
        .filter(it -> it.contains(":"))
        .map(
            it ->
                new Credential.Foreign(
                    Optional.ofNullable(columns.ends()).map(OffsetDateTime::toInstant)));
  }
}
