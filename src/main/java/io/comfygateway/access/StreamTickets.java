package io.comfygateway.access;

import io.comfygateway.database.SqlFile;
import io.comfygateway.digest.Sha256;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tickets for clients that cannot send a key, such as a browser's {@code EventSource}: a ticket
 * opens one stream of events with the rights of the caller that made it. It may appear in a URL,
 * since it is worthless once it was used. The database has only hashes, so every gateway on it
 * accepts a ticket, and only one of them.
 */
public final class StreamTickets {
  /** How long a ticket can be used. */
  public static final Duration VALID = Duration.ofSeconds(30);

  private static final int RANDOM_BYTES = 32;
  private static final int LONGEST = 100;

  private final JdbcClient jdbc;
  private final ApiKeys keys;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/access.sql");
  private final SecureRandom random = new SecureRandom();

  public StreamTickets(JdbcClient jdbc, ApiKeys keys, InstantSource clock) {
    this.jdbc = jdbc;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * A ticket as its caller gets it.
   *
   * @param text 256 random bits in base64url
   */
  public record Ticket(String text, Instant expires) {}

  /** Makes a ticket for a caller. */
  public Ticket create(Caller caller) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant();
    Instant expires = now.plus(VALID);
    jdbc.sql(sql.get("forget-tickets")).param("now", now.atOffset(ZoneOffset.UTC)).update();
    jdbc.sql(sql.get("insert-ticket"))
        .param("hash", Sha256.hex(text))
        .param("caller", caller.name())
        .param(
            "scopes",
            caller.scopes().stream().map(Scope::word).sorted().collect(Collectors.joining("+")))
        .param("expires", expires.atOffset(ZoneOffset.UTC))
        .update();
    return new Ticket(text, expires);
  }

  /**
   * Uses a ticket up.
   *
   * @return the caller that made it; empty if there is no such ticket any more, or the caller's key
   *     was revoked or has expired
   */
  Optional<Caller> use(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    String hash = Sha256.hex(text);
    Optional<Caller> caller =
        jdbc.sql(sql.get("ticket"))
            .param("hash", hash)
            .param("now", clock.instant().atOffset(ZoneOffset.UTC))
            .query(
                (row, n) ->
                    new Caller(row.getString("caller"), Scope.parse(row.getString("scopes"))))
            .optional();
    // Of two that use it at the same time, one deletes it.
    boolean isFirst = jdbc.sql(sql.get("use-ticket")).param("hash", hash).update() == 1;
    return caller.filter(found -> isFirst).flatMap(this::asItIsNow);
  }

  // A caller that another service has authenticated has no key here.
  private Optional<Caller> asItIsNow(Caller caller) {
    return caller.name().contains(":") ? Optional.of(caller) : keys.caller(caller.name());
  }
}
