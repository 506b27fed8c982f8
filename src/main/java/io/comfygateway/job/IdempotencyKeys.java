package io.comfygateway.job;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which job each caller's idempotency keys made. */
final class IdempotencyKeys {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final InstantSource clock;
  private final Duration kept;

  IdempotencyKeys(JdbcClient jdbc, InstantSource clock, Duration kept) {
    this.jdbc = jdbc;
    this.clock = clock;
    this.kept = kept;
  }

  /**
   * The job that a key made before.
   *
   * @throws Problem where the key was used with another body
   */
  Optional<Acceptance> find(String owner, NewJob.Idempotency idempotency) {
    record Earlier(String hash, UUID job) {}
    return statement("idempotent-find", owner, idempotency.key())
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

  /** Notes that a key makes a job; fails where another job has it. */
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
    return jdbc.sql(sql.get(name)).param("owner", owner).param("key", key);
  }
}
