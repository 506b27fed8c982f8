package io.comfygateway.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.problem.Problem;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The durable queue. Every change of a job is one transaction; what changes a job that was given to
 * a backend names the fencing number that it read, so that a late writer changes nothing and is
 * told so.
 */
public final class JobStore {
  private static final int ASKED_AT_ONCE = 500;

  /** No job is called so: an empty list is not valid in SQL. */
  private static final UUID NO_JOB = new UUID(0, 0);

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final InstantSource clock;
  private final Lease lease;
  private final IdempotencyKeys keys;
  private final NeedsRows needs;
  private final Dispatch dispatch;
  private final FairQueue line;
  private final Positions positions;
  private final Admission admission;
  private final BatchStore batches;

  // When this gateway took jobs up again; claims from before are void.
  private final Map<UUID, Instant> takenOver = new ConcurrentHashMap<>();
  private volatile Instant claimsLost = Instant.MIN;

  public JobStore(
      JdbcClient jdbc,
      TransactionTemplate transaction,
      ObjectMapper json,
      DocumentSeal seal,
      InstantSource clock,
      Lease lease,
      Duration idempotencyKept,
      QueueLimits limits) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.rows = new JobRows(json, seal);
    this.clock = clock;
    this.lease = lease;
    this.keys = new IdempotencyKeys(jdbc, clock, idempotencyKept, seal);
    this.needs = new NeedsRows(jdbc, json, clock);
    this.dispatch = new Dispatch(jdbc, needs);
    this.line = new FairQueue(jdbc, rows, limits);
    this.positions = new Positions(jdbc, clock);
    this.admission = new Admission(jdbc, line, limits, clock);
    this.batches = new BatchStore(jdbc, transaction, this, rows, clock);
  }

  /**
   * Stores a job, or finds the one that the same idempotency key made before. What was returned is
   * committed.
   *
   * @param alongside what is stored in the same transaction
   * @throws Problem where the key was used with another body, or too many jobs wait
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

  /** Packs what a job runs; to be called outside of the transaction that stores it. */
  public PreparedJob prepare(NewJob job) {
    JobRows.Packed document = rows.packed(job.id(), job.document());
    // Another request may be about to store the same.
    Optional<String> needed = needs.keep(job.needs());
    return new PreparedJob(
        job.withoutContent(),
        new PreparedJob.Stored(
            document.sealed(), rows.seal(job.id(), job.facts()), document.unpacked()),
        needed);
  }

  /**
   * Begins the transaction that stores jobs: sees that they may wait, and notes the key that makes
   * them.
   *
   * @param made what the key is noted for: the job, or the batch
   */
  void admit(String owner, int more, Optional<NewJob.Idempotency> idempotency, UUID made) {
    admission.require(owner, more);
    idempotency.ifPresent(key -> keys.insert(owner, key, made));
  }

  /** Stores a job; to be called inside a transaction. */
  void insert(PreparedJob prepared) {
    NewJob job = prepared.job();
    Instant now = clock.instant();
    jdbc.sql(sql.get("insert"))
        .param("id", job.id())
        .param("owner", job.owner())
        .param("workflow", job.workflow().orElse(null), Types.VARCHAR)
        .param("stage", (job.document().isToBeFetched() ? Stage.FETCHING : Stage.QUEUED).word())
        .param("priority", job.priority())
        .param("line", FairQueue.of(job.priority()))
        .param("timeout", job.timeoutSeconds().orElse(null), Types.INTEGER)
        .param("now", at(now))
        .param(
            "expires", job.expires().map(JobRows::at).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE)
        .param("facts", prepared.stored().facts())
        .param("needs", prepared.needs().orElse(null), Types.VARCHAR)
        .update();
    jdbc.sql(sql.get("insert-document"))
        .param("id", job.id())
        .param("document", prepared.stored().document())
        .update();
  }

  private Optional<Acceptance> replayOf(NewJob job) {
    return job.idempotency().flatMap(idempotency -> replayOf(job.owner(), idempotency));
  }

  /**
   * The job that an idempotency key made before.
   *
   * @throws Problem where the key was used with another body
   */
  public Optional<Acceptance> replayOf(String owner, NewJob.Idempotency idempotency) {
    return keys.find(owner, idempotency);
  }

  /** Hashes the idempotency keys that a version before this one kept in the clear. */
  public void hashIdempotencyKeys() {
    boolean more = true;
    while (more) {
      more = transaction.execute(status -> keys.hashSome());
    }
  }

  /** A job, whoever made it. */
  public Optional<Job> find(UUID id) {
    return jdbc.sql(sql.get("find")).param("id", id).query(rows).optional();
  }

  /** Those of some jobs that have ended. */
  public Set<UUID> ended(Set<UUID> ids) {
    Set<UUID> ended = new HashSet<>();
    List<UUID> all = List.copyOf(ids);
    for (int from = 0; from < all.size(); from += ASKED_AT_ONCE) {
      List<UUID> some = all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE));
      ended.addAll(jdbc.sql(sql.get("ended")).param("ids", some).query(UUID.class).list());
    }
    return ended;
  }

  /** A job of one caller. */
  public Optional<Job> find(UUID id, String owner) {
    return jdbc.sql(sql.get("find-own"))
        .param("id", id)
        .param("owner", owner)
        .query(rows)
        .optional();
  }

  /** A caller's jobs, newest first, as {@link #list(Optional, Optional, Optional, long, int)}. */
  public List<Job> list(
      String owner, Optional<JobStatus> status, Optional<String> workflow, long before, int limit) {
    return list(Optional.of(owner), status, workflow, before, limit);
  }

  /**
   * Jobs, newest first.
   *
   * @param owner whose; empty for everybody's
   * @param before only those accepted before this sequence number
   */
  public List<Job> list(
      Optional<String> owner,
      Optional<JobStatus> status,
      Optional<String> workflow,
      long before,
      int limit) {
    String statement = owner.isPresent() ? "list-own" : status.isPresent() ? "list-status" : "list";
    return jdbc.sql(sql.get(statement))
        .param("owner", owner.orElse(null), Types.VARCHAR)
        .param("before", before)
        .param("status", status.map(JobStatus::word).orElse(null), Types.VARCHAR)
        .param("workflow", workflow.orElse(null), Types.VARCHAR)
        .param("anyVersion", workflow.map(name -> name + "@").orElse(null), Types.VARCHAR)
        .param("limit", limit)
        .query(rows)
        .list();
  }

  /** What a job runs. */
  public JobDocument document(UUID id) {
    return jdbc.sql(sql.get("document"))
        .param("id", id)
        .query((row, n) -> rows.open(id, row.getBytes("document")))
        .single();
  }

  /**
   * Sees whether one more job of a caller may wait, before it is prepared; {@link #accept} decides.
   *
   * @throws Problem where too many wait
   */
  public void expectRoom(String owner) {
    expectRoom(owner, 1);
  }

  /** The same for several jobs. */
  public void expectRoom(String owner, int more) {
    admission.expect(owner, more);
  }

  /** The batches, whose jobs are in this store. */
  public BatchStore batches() {
    return batches;
  }

  /** How many jobs are served before this one and with it: 1 is next. */
  public int queuePosition(Job job) {
    return positions.of(job);
  }

  /** The same for those of some jobs that wait. */
  public Map<UUID, Integer> queuePositions(Collection<Job> jobs) {
    return positions.of(jobs.stream().filter(job -> job.stage() == Stage.QUEUED).toList());
  }

  /**
   * How many jobs wait; fails where the database takes no writes, such as a standby, or one that
   * was made read-only.
   */
  public int probe() {
    jdbc.sql(sql.get("writable")).update();
    return waiting();
  }

  /** How many jobs wait. */
  public int waiting() {
    return jdbc.sql(sql.get("count-queued")).query(Integer.class).single();
  }

  /**
   * Gives the best waiting jobs to backends that have room, as long as there are both; jobs that no
   * backend with room can run are passed over.
   *
   * @param rooms how many prompts each backend takes at a time, by name, the preferred one first
   * @param placement which backend can run what
   * @param most how many at the most
   * @return the jobs as they are now
   */
  public List<Claim> claim(Map<String, Integer> rooms, Placement placement, int most) {
    return transaction.execute(
        status -> {
          List<Claim> claims = new ArrayList<>();
          Dispatch.Turn turn = dispatch.take(rooms, placement);
          Map<String, Integer> running = turn.isOver() ? Map.of() : line.running();
          boolean more = true;
          while (more && claims.size() < most && !turn.isOver()) {
            Optional<FairQueue.Next> next =
                line.next(new FairQueue.Look(clock.instant(), turn.unmet(), running));
            next.flatMap(best -> give(best, turn))
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

  // What waited a moment ago may have been cancelled since.
  private Optional<Claim> give(FairQueue.Next next, Dispatch.Turn turn) {
    Job job = next.job();
    String backend =
        dispatch
            .backendFor(job, turn)
            .orElseThrow(() -> new IllegalStateException("no backend can run job " + job.id()));
    Instant now = clock.instant();
    int given = leased("claim", job.id()).param("backend", backend).param("now", at(now)).update();
    if (given == 0) {
      return Optional.empty();
    }
    dispatch.given(job, backend, turn);
    line.served(next);
    return Optional.of(new Claim(job.given(backend, now), now));
  }

  /**
   * Whether a claim is so new that no other gateway can have taken the job since, as long as their
   * clocks agree to within half a lease, and this one has not taken it up again either.
   */
  public boolean isSure(Claim claim) {
    return claim.since().isAfter(claimsLost)
        && clock.instant().isBefore(lease.sureUntil(claim.since()))
        && !takenOver.containsKey(claim.job().id());
  }

  /** Takes no claim for sure that was made up to now: the database may have lost it. */
  public void doubtClaims() {
    claimsLost = clock.instant();
  }

  /** Has jobs that rest in the queue wait no longer than they were to, as {@link ClockSteps}. */
  public void clockSetBack(Duration by, Instant before) {
    claimsLost = before;
    jdbc.sql(sql.get("due-earlier"))
        .param("seconds", by.toSeconds())
        .param("now", at(clock.instant()))
        .update();
  }

  /** How many prompts each backend has that has any, from all gateways, by its name. */
  public Map<String, Integer> prompts() {
    return dispatch.occupied();
  }

  /** What jobs need, by hash. */
  public Map<String, Needs> needs() {
    return needs.all();
  }

  /** Some of the waiting jobs that need one of these. */
  public List<Job> waitingFor(Set<String> hashes) {
    return hashes.isEmpty()
        ? List.of()
        : jdbc.sql(new SqlFile("/sql/needs.sql").get("waiting-for"))
            .param("hashes", hashes)
            .query(rows)
            .list();
  }

  /** What a job needs. */
  public Needs needsOf(Job job) {
    return job.needs().map(hash -> needs.all().getOrDefault(hash, Needs.NONE)).orElse(Needs.NONE);
  }

  /** The jobs in work that are this gateway's, or whose holder has not been heard of. */
  public List<Job> held() {
    return jdbc.sql(sql.get("held"))
        .param("leaseOwner", lease.owner())
        .param("now", at(clock.instant()))
        .query(rows)
        .list();
  }

  /**
   * Takes a job in work into this gateway's hands; every earlier holder's fencing number is void
   * from then on.
   */
  public Optional<Job> takeOver(Job job) {
    Instant now = clock.instant();
    takenOver.values().removeIf(since -> !now.isBefore(lease.sureUntil(since)));
    takenOver.put(job.id(), now);
    int changed = leased("take-over", job.id()).param("fence", job.fence()).update();
    return changed == 1 ? find(job.id()) : Optional.empty();
  }

  private JdbcClient.StatementSpec leased(String name, UUID id) {
    return jdbc.sql(sql.get(name))
        .param("id", id)
        .param("leaseOwner", lease.owner())
        .param("leaseUntil", at(lease.until(clock.instant())));
  }

  /**
   * A job in work, if it is still this gateway's, which it then stays for another lease. Who acts
   * on a message asks this first: it may have waited for so long that another gateway has the job.
   */
  public Optional<Job> hold(UUID id) {
    int held = leased("hold", id).update();
    return held == 1 ? find(id) : Optional.empty();
  }

  /**
   * The same, where a claim may have come with the message: one that is sure is not asked about.
   */
  public Optional<Job> hold(UUID id, Optional<Claim> claim) {
    return claim.filter(this::isSure).map(Claim::job).or(() -> hold(id));
  }

  /**
   * Keeps a job for another lease; asked right before something is done that cannot be undone.
   *
   * @return false where it is no longer this gateway's, or was in other hands meanwhile
   */
  public boolean keep(UUID id, long fence) {
    return leased("keep", id).param("fence", fence).update() == 1;
  }

  /**
   * Counts one more attempt of a job before its prompt is sent again, so that an attempt that ends
   * the process has been counted.
   *
   * @return the job as it is now; empty where it is no longer this gateway's
   */
  public Optional<Job> attempt(Job job) {
    int counted = leased("attempt", job.id()).param("fence", job.fence()).update();
    return counted == 1 ? Optional.of(job.tried()) : Optional.empty();
  }

  /** Lets another gateway take up at once what this one, which stops, still has in work. */
  public int handOver() {
    return jdbc.sql(sql.get("hand-over"))
        .param("leaseOwner", lease.owner())
        .param("now", at(clock.instant()))
        .update();
  }

  /**
   * Lets another gateway take up what this one was to fetch the outputs of.
   *
   * @param except what it is at right now
   * @return how many jobs
   */
  public int handOverCollecting(Set<UUID> except) {
    Set<UUID> kept = new HashSet<>(except);
    kept.add(NO_JOB);
    return jdbc.sql(sql.get("hand-over-collecting"))
        .param("leaseOwner", lease.owner())
        .param("except", kept)
        .param("now", at(clock.instant()))
        .update();
  }

  /** Keeps this gateway's jobs its own. */
  public void heartbeat() {
    jdbc.sql(sql.get("heartbeat"))
        .param("leaseOwner", lease.owner())
        .param("leaseUntil", at(lease.until(clock.instant())))
        .update();
  }

  /** Notes that the backend runs the prompt; false where a later holder has the job. */
  public boolean started(UUID id, long fence) {
    return jdbc.sql(sql.get("started"))
            .param("id", id)
            .param("fence", fence)
            .param("now", at(clock.instant()))
            .update()
        == 1;
  }

  /**
   * Puts a job back into the queue.
   *
   * @param wait how long it stays there at least
   * @param attempts how many tries are counted from now on
   */
  public boolean giveBack(UUID id, long fence, Duration wait, int attempts) {
    return jdbc.sql(sql.get("give-back"))
            .param("id", id)
            .param("fence", fence)
            .param("due", at(clock.instant().plus(wait)))
            .param("attempts", attempts)
            .update()
        == 1;
  }

  /** Puts a job whose results are out of reach back into the queue. */
  public boolean runAgain(Job job) {
    return jdbc.sql(sql.get("run-again"))
            .param("id", job.id())
            .param("fence", job.fence())
            .param("due", at(clock.instant()))
            .update()
        == 1;
  }

  /**
   * Notes that the backend finished and what it gave; from here on its slot is free. The job stays
   * this gateway's for another lease.
   *
   * @return the job as it is now; empty where a later holder has it
   */
  public Optional<Job> collecting(Job job, Instant started, String result) {
    Instant now = clock.instant();
    int noted =
        leased("collecting", job.id())
            .param("fence", job.fence())
            .param("started", at(started))
            .param("result", rows.seal(job.id(), result))
            .param("now", at(now))
            .update();
    return noted == 1 ? Optional.of(job.collecting(started, now, result)) : Optional.empty();
  }

  /**
   * Ends a job. To be called inside the transaction that stores its outputs and its deliveries.
   *
   * @return the job as it is now; empty where a later holder has it, or it has ended already
   */
  public Optional<Job> finish(Job job, JobStatus status, JobFacts facts) {
    Instant now = clock.instant();
    int ended =
        jdbc.sql(sql.get("finish"))
            .param("id", job.id())
            .param("fence", job.fence())
            .param("status", status.word())
            .param("facts", rows.seal(job.id(), facts))
            .param(
                "started",
                job.times().started().map(JobRows::at).orElse(null),
                Types.TIMESTAMP_WITH_TIMEZONE)
            .param("now", at(now))
            .update();
    return ended == 1 ? Optional.of(job.finished(status, facts, now)) : Optional.empty();
  }

  /** Changes what a job in work tells its caller. */
  public boolean note(Job job, JobFacts facts) {
    return jdbc.sql(sql.get("facts"))
            .param("id", job.id())
            .param("fence", job.fence())
            .param("facts", rows.seal(job.id(), facts))
            .update()
        == 1;
  }

  /** Notes that the caller wants the job cancelled; false where it has ended. */
  public boolean requestCancel(UUID id) {
    return jdbc.sql(sql.get("request-cancel")).param("id", id).update() == 1;
  }

  /** The names of the backends that have jobs, or results that were not fetched yet. */
  public List<String> busyBackends() {
    return jdbc.sql(sql.get("busy-backends")).query(String.class).list();
  }

  /** This gateway's jobs that are on a backend and are to be cancelled. */
  public List<Job> toCancel() {
    return jdbc.sql(sql.get("cancel-requested"))
        .param("leaseOwner", lease.owner())
        .query(rows)
        .list();
  }

  /** Jobs that wait although their callers have cancelled them. */
  public List<Job> cancelledWaiting() {
    return waiting("cancelled-waiting", statement -> statement);
  }

  /** Jobs that have waited for longer than they were to. */
  public List<Job> expiredWaiting() {
    OffsetDateTime now = at(clock.instant());
    return waiting("expired-waiting", statement -> statement.param("now", now));
  }

  private List<Job> waiting(String name, UnaryOperator<JdbcClient.StatementSpec> more) {
    List<Job> found = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      if (stage.isWaiting()) {
        found.addAll(
            more.apply(jdbc.sql(sql.get(name)).param("stage", stage.word())).query(rows).list());
      }
    }
    return found;
  }

  private static OffsetDateTime at(Instant instant) {
    return JobRows.at(instant);
  }
}
