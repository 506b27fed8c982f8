package io.comfygateway.job;

import io.comfygateway.database.DocumentSeal;
import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The job or batch that each idempotency key of a caller created. */
final class IdempotencyKeyStore {
  private static final String HASHED = "h1:";
  private static final int HASHED_AT_ONCE = 500;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final InstantSource clock;
  private final Duration kept;
  private final DocumentSeal seal;

  IdempotencyKeyStore(JdbcClient jdbc, InstantSource clock, Duration kept, DocumentSeal seal) {
    this.seal = seal;
    this.jdbc = jdbc;
    this.clock = clock;
    this.kept = kept;
  }

  /**
   * The job or batch that a key created.
   *
   * @throws Problem if the key was used with another body
   */
  Optional<Acceptance> find(String owner, NewJob.Idempotency idempotency) {
    record Earlier(String hash, UUID job) {}
    return statement("idempotent-find", owner, idempotency.key())
        .param("clear", idempotency.key())
        .param("since", JobRows.at(clock.instant().minus(kept)))
        .query(
            (row, n) ->
                new Earlier(row.getString("body_hash"), row.getObject("job_id", UUID.class)))
        .optional()
        .map(
            earlier -> {
              if (!earlier.hash().equals(idempotency.bodyHash())) {
                throw new Problem(
                    ProblemType.IDEMPOTENCY_CONFLICT,
                    "Idempotency-Key was used before with another workflow, query or body. Send the same request again, or use a new key.");
              }
              return new Acceptance(earlier.job(), true);
            });
  }

  /** The jobs of requests with the same hash since a time, newest first. */
  List<UUID> recent(String owner, String bodyHash, Instant since) {
    return jdbc.sql(sql.get("idempotent-recent"))
        .param("owner", owner)
        .param("hash", bodyHash)
        .param("since", JobRows.at(since))
        .query(UUID.class)
        .list();
  }

  /** Stores the key of a job or batch; fails if the key is taken. */
  void insert(String owner, NewJob.Idempotency idempotency, UUID job) {
    Instant now = clock.instant();
    statement("idempotent-drop-old", owner, idempotency.key())
        .param("since", JobRows.at(now.minus(kept)))
        .update();
    statement("idempotent-insert", owner, idempotency.key())
        .param("hash", idempotency.bodyHash())
        .param("job", job)
        .param("now", JobRows.at(now))
        .update();
  }

  private JdbcClient.StatementSpec statement(String name, String owner, String key) {
    return jdbc.sql(sql.get(name)).param("owner", owner).param("key", hashed(owner, key));
  }

  private String hashed(String owner, String key) {
    return HASHED + Base64.getUrlEncoder().withoutPadding().encodeToString(seal.hash(owner, key));
  }

  /**
   * Hashes some of the keys that an earlier version stored in plain text.
   *
   * @return whether there may be more
   */
  boolean hashSome() {
    record Clear(String owner, String key) {}
    List<Clear> some =
        jdbc.sql(sql.get("idempotent-clear"))
            .param("limit", HASHED_AT_ONCE)
            .query((row, n) -> new Clear(row.getString("owner"), row.getString("idem_key")))
            .list();
    for (Clear row : some) {
      statement("idempotent-hash", row.owner(), row.key()).param("clear", row.key()).update();
    }
    return some.size() == HASHED_AT_ONCE;
  }
}
