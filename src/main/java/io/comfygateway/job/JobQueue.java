package io.comfygateway.job;

import io.comfygateway.clock.ClockSteps;
import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The durable queue: accepts jobs, and gives those that are next to backends. Every change is one
 * transaction.
 */
public final class JobQueue {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final InstantSource clock;
  private final IdempotencyKeyStore keys;
  private final Admission admission;
  private final FairQueue order;
  private final Dispatch dispatch;
  private final RequirementsStore requirements;
  private final JobLeases leases;
  private final JobEventLog events;

  JobQueue(
      Database database,
      JobRows rows,
      InstantSource clock,
      QueueLimits limits,
      IdempotencyKeyStore keys,
      RequirementsStore requirements,
      JobQueries queries,
      JobLeases leases,
      JobEventLog events) {
    this.jdbc = database.jdbc();
    this.transaction = database.transaction();
    this.rows = rows;
    this.clock = clock;
    this.keys = keys;
    this.order = new FairQueue(jdbc, rows, limits);
    this.admission = new Admission(jdbc, order, limits, clock);
    this.dispatch = new Dispatch(jdbc, requirements, queries);
    this.requirements = requirements;
    this.leases = leases;
    this.events = events;
  }

  /**
   * Stores a job, or finds the one that an earlier request with the same idempotency key created.
   * The job that is returned is committed.
   *
   * @param alongside what is stored in the same transaction
   * @throws Problem if the key was used with another body, or too many jobs wait
   */
  public Acceptance accept(NewJob job, Runnable alongside) {
    Optional<Acceptance> before = replayOf(job);
    if (before.isPresent()) {
      return before.get();
    }
    PreparedJob prepared = prepare(job);
    try {
      transaction.executeWithoutResult(
          status -> {
            admit(job.owner(), 1, job.idempotency(), job.id());
            insert(prepared);
            alongside.run();
          });
      return new Acceptance(job.id(), false);
    } catch (DataIntegrityViolationException sameKeyAtTheSameMoment) {
      return replayOf(job).orElseThrow(() -> sameKeyAtTheSameMoment);
    }
  }

  /** Packs and seals what a job runs. Call it outside the transaction that stores the job. */
  public PreparedJob prepare(NewJob job) {
    JobRows.Packed document = rows.packed(job.id(), job.document());
    // Outside the transaction, because another request may be storing the same requirements.
    Optional<String> hash = requirements.keep(job.requirements());
    return new PreparedJob(
        job.withoutContent(),
        new PreparedJob.Stored(
            document.sealed(), rows.seal(job.id(), job.facts()), document.unpacked()),
        hash);
  }

  /**
   * Begins the transaction that stores jobs: checks the limits of the queue and stores the
   * idempotency key.
   *
   * @param count how many jobs are about to be stored
   * @param created the job or the batch that the key stands for
   */
  void admit(String owner, int count, Optional<NewJob.Idempotency> idempotency, UUID created) {
    admission.require(owner, count);
    idempotency.ifPresent(key -> keys.insert(owner, key, created));
  }

  /** Stores a job. Call it inside a transaction that began with {@link #admit}. */
  void insert(PreparedJob prepared) {
    NewJob job = prepared.job();
    jdbc.sql(sql.get("insert"))
        .param("id", job.id())
        .param("owner", job.owner())
        .param("workflow", job.workflow().orElse(null), Types.VARCHAR)
        .param("stage", (job.document().isToBeFetched() ? Stage.FETCHING : Stage.QUEUED).code())
        .param("priority", job.priority())
        .param("line", FairQueue.of(job.priority()))
        .param("timeout", job.timeoutSeconds().orElse(null), Types.INTEGER)
        .param("now", JobRows.at(clock.instant()))
        .param(
            "expires", job.expires().map(JobRows::at).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE)
        .param("facts", prepared.stored().facts())
        .param("needs", prepared.requirementsHash().orElse(null), Types.VARCHAR)
        .update();
    jdbc.sql(sql.get("insert-document"))
        .param("id", job.id())
        .param("document", prepared.stored().document())
        .update();
    events.queued(job.id());
  }

  private Optional<Acceptance> replayOf(NewJob job) {
    return job.idempotency().flatMap(idempotency -> replayOf(job.owner(), idempotency));
  }

  /**
   * The job or batch that an earlier request with the same idempotency key created.
   *
   * @throws Problem if the key was used with another body
   */
  public Optional<Acceptance> replayOf(String owner, NewJob.Idempotency idempotency) {
    return keys.find(owner, idempotency);
  }

  /**
   * The jobs that requests for the same made since a time, whatever their idempotency keys; newest
   * first, twenty at most.
   *
   * @param bodyHash the hash of the requests
   */
  public List<UUID> recent(String owner, String bodyHash, Instant since) {
    return keys.recent(owner, bodyHash, since);
  }

  /** Hashes the idempotency keys that an earlier version stored in plain text. */
  public void hashIdempotencyKeys() {
    boolean more = true;
    while (more) {
      more = transaction.execute(status -> keys.hashSome());
    }
  }

  /**
   * Checks the limits of the queue before a job is prepared, from counts that may be a second old.
   * {@link #accept} decides.
   *
   * @throws Problem if too many jobs wait
   */
  public void requireRoom(String owner) {
    requireRoom(owner, 1);
  }

  /** The same for several jobs. */
  public void requireRoom(String owner, int count) {
    admission.expect(owner, count);
  }

  /** How many jobs wait, for files or for a backend. */
  public int waiting() {
    return jdbc.sql(sql.get("count-queued")).query(Integer.class).single();
  }

  /**
   * How many jobs wait; fails if the database accepts no writes, such as a standby, or one that was
   * made read-only.
   */
  public int probe() {
    jdbc.sql(sql.get("writable")).update();
    return waiting();
  }

  /**
   * Gives the jobs that are next to backends with room, until one or the other runs out. Jobs that
   * no backend with room can run are passed over.
   *
   * @param windows how many prompts each backend takes at a time, by name, the preferred one first
   * @param placement which backend can run what
   * @param most how many jobs at the most
   * @return the jobs as they are now
   */
  public List<Claim> claim(Map<String, Integer> windows, Placement placement, int most) {
    return transaction.execute(
        status -> {
          List<Claim> claims = new ArrayList<>();
          Dispatch.Turn turn = dispatch.take(windows, placement);
          Map<String, Integer> running = turn.isOver() ? Map.of() : order.running();
          boolean more = true;
          while (more && claims.size() < most && !turn.isOver()) {
            Optional<FairQueue.Next> next =
                order.next(new FairQueue.Look(clock.instant(), turn.unmet(), running));
            next.flatMap(best -> submit(best, turn))
                .ifPresent(
                    claim -> {
                      claims.add(claim);
                      running.merge(claim.job().owner(), 1, Integer::sum);
                    });
            more = next.isPresent();
          }
          return claims;
        });
  }

  // Empty if the job was cancelled since it was read.
  private Optional<Claim> submit(FairQueue.Next next, Dispatch.Turn turn) {
    Job job = next.job();
    String backend =
        dispatch
            .backendFor(job, turn)
            .orElseThrow(() -> new IllegalStateException("no backend can run job " + job.id()));
    Instant now = clock.instant();
    int claimed =
        leases
            .statement("claim", job.id())
            .param("backend", backend)
            .param("now", JobRows.at(now))
            .update();
    if (claimed == 0) {
      return Optional.empty();
    }
    dispatch.submitted(job, backend, turn);
    order.served(next);
    return Optional.of(new Claim(job.submitted(backend, now), now));
  }

  /**
   * Brings forward the due times of jobs in the queue, which a clock that has been set back since
   * wrote; see {@link ClockSteps}.
   *
   * @param by how far the clock was set back
   */
  public void clockSetBack(Duration by) {
    jdbc.sql(sql.get("due-earlier"))
        .param("seconds", by.toSeconds())
        .param("now", JobRows.at(clock.instant()))
        .update();
  }
}
