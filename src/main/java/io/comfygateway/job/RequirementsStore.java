package io.comfygateway.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.SqlFile;
import io.comfygateway.digest.Sha256;
import java.io.UncheckedIOException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What jobs require of a backend, stored once for all jobs that require the same, and what each
 * backend was sent last.
 */
public final class RequirementsStore {
  private static final String NO_HASH = "";
  // Together less than an hour, the shortest time after which retention removes them.
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(5);

  private final JdbcClient jdbc;
  private final ObjectMapper json;
  private final JobRows rows;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/needs.sql");
  private final Map<String, GraphRequirements> known = new ConcurrentHashMap<>();
  private final Map<String, Instant> fresh = new ConcurrentHashMap<>();

  RequirementsStore(JdbcClient jdbc, ObjectMapper json, JobRows rows, InstantSource clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.rows = rows;
    this.clock = clock;
  }

  /** Stores requirements and returns their hash; empty if there are none. */
  Optional<String> keep(GraphRequirements requirements) {
    if (requirements.isNone()) {
      return Optional.empty();
    }
    String body = write(requirements);
    String hash = Sha256.hex(body);
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
        // Another request stored the same first.
        return Optional.of(hash);
      }
    }
    fresh.put(hash, clock.instant().plus(BETWEEN_LOOKS));
    return Optional.of(hash);
  }

  // The database is read now and then, not for every job.
  private boolean isKnownFresh(String hash) {
    Instant now = clock.instant();
    fresh.values().removeIf(until -> !now.isBefore(until));
    return fresh.containsKey(hash);
  }

  // The time of use is written now and then; retention removes none so recent before its job is
  // stored.
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

  /** The requirements of the jobs in the queue, by hash; jobs without any are left out. */
  public Map<String, GraphRequirements> all() {
    Set<String> hashes = new HashSet<>(jdbc.sql(sql.get("hashes")).query(String.class).list());
    known.keySet().retainAll(hashes);
    hashes.forEach(hash -> known.computeIfAbsent(hash, this::read));
    return Map.copyOf(known);
  }

  /** What a job requires. */
  public GraphRequirements of(Job job) {
    return job.requirementsHash()
        .map(hash -> all().getOrDefault(hash, GraphRequirements.NONE))
        .orElse(GraphRequirements.NONE);
  }

  /** Some of the jobs in the queue that have one of these requirements. */
  public List<Job> waitingFor(Set<String> hashes) {
    return hashes.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("waiting-for")).param("hashes", hashes).query(rows).list();
  }

  /** The hash of what each backend was sent last, by its name. */
  Map<String, String> lastSubmitted() {
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

  /** Notes what a backend is sent. Call it inside the transaction that holds the turn. */
  void submitted(String backend, Optional<String> hash) {
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

  private GraphRequirements read(String hash) {
    return jdbc.sql(sql.get("body"))
        .param("hash", hash)
        .query(String.class)
        .optional()
        .map(
            body -> {
              try {
                return json.readValue(body, GraphRequirements.class);
              } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orElse(GraphRequirements.NONE);
  }

  private String write(GraphRequirements requirements) {
    try {
      return json.writeValueAsString(requirements);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
