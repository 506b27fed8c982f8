package io.comfygateway.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What jobs need, kept once for all jobs that need the same, and what each backend was given last.
 */
final class NeedsRows {
  private static final String NO_HASH = "";
  // Both together are less than the shortest time after which needs are forgotten: an hour.
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(5);

  private final JdbcClient jdbc;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/needs.sql");
  private final Map<String, Needs> known = new ConcurrentHashMap<>();
  private final Map<String, Instant> fresh = new ConcurrentHashMap<>();

  NeedsRows(JdbcClient jdbc, ObjectMapper json, InstantSource clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  /** Keeps them, and gives the hash that a job names them by; empty where there are none. */
  Optional<String> keep(Needs needs) {
    if (needs.isNone()) {
      return Optional.empty();
    }
    String body = write(needs);
    String hash = hash(body);
    if (isKnownFresh(hash)) {
      return Optional.of(hash);
    }
    if (!isFresh(hash) && use(hash) == 0) {
      try {
        jdbc.sql(sql.get("insert"))
            .param("hash", hash)
            .param("body", body)
            .param("now", JobRows.at(clock.instant()))
            .update();
      } catch (DuplicateKeyException another) {
        // Another request needs the same and came first.
        return Optional.of(hash);
      }
    }
    fresh.put(hash, clock.instant().plus(BETWEEN_LOOKS));
    return Optional.of(hash);
  }

  // The store is asked once in a while and not for every job.
  private boolean isKnownFresh(String hash) {
    Instant now = clock.instant();
    fresh.values().removeIf(until -> !now.isBefore(until));
    return fresh.containsKey(hash);
  }

  // Noted now and then; what is so fresh is not removed before the job is stored.
  private boolean isFresh(String hash) {
    return jdbc.sql(sql.get("used-since"))
            .param("hash", hash)
            .param("since", JobRows.at(clock.instant().minus(BETWEEN_NOTES)))
            .query(Integer.class)
            .single()
        > 0;
  }

  private int use(String hash) {
    return jdbc.sql(sql.get("use"))
        .param("hash", hash)
        .param("now", JobRows.at(clock.instant()))
        .update();
  }

  /** What the jobs in the queue need, by hash; of those without needs there is none. */
  Map<String, Needs> all() {
    Set<String> hashes = new HashSet<>(jdbc.sql(sql.get("hashes")).query(String.class).list());
    known.keySet().retainAll(hashes);
    hashes.forEach(hash -> known.computeIfAbsent(hash, this::read));
    return Map.copyOf(known);
  }

  /** What each backend was given last, by its name. */
  Map<String, String> lastGiven() {
    Map<String, String> last = new ConcurrentHashMap<>();
    jdbc.sql(sql.get("last-given"))
        .query(
            row -> {
              last.put(
                  row.getString("backend"),
                  Optional.ofNullable(row.getString("needs")).orElse(NO_HASH));
            });
    return last;
  }

  /** Notes what a backend is given; to be used inside the transaction that holds the turn. */
  void given(String backend, Optional<String> hash) {
    if (note("give", backend, hash) == 0) {
      note("give-first", backend, hash);
    }
  }

  private int note(String name, String backend, Optional<String> hash) {
    return jdbc.sql(sql.get(name))
        .param("backend", backend)
        .param("needs", hash.orElse(null), Types.VARCHAR)
        .update();
  }

  private Needs read(String hash) {
    return jdbc.sql(sql.get("body"))
        .param("hash", hash)
        .query(String.class)
        .optional()
        .map(
            body -> {
              try {
                return json.readValue(body, Needs.class);
              } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orElse(Needs.NONE);
  }

  private String write(Needs needs) {
    try {
      return json.writeValueAsString(needs);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(String body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(body.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
