package io.comfygateway.job;

import io.comfygateway.clock.ClockSteps;
import io.comfygateway.database.SqlFile;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which jobs on backends this gateway works on, and for how long. A job whose lease has run out is
 * taken over by another gateway; its fencing number grows, and a late writer changes nothing.
 */
public final class JobLeases {
  /** No job has this id; SQL takes no empty list. */
  private static final UUID NO_JOB = new UUID(0, 0);

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final JobQueries queries;
  private final InstantSource clock;
  private final Lease lease;

  // When this gateway took each job over; earlier claims of it are void.
  private final Map<UUID, Instant> takenOver = new ConcurrentHashMap<>();
  private volatile Instant claimsVoidUntil = Instant.MIN;

  JobLeases(JdbcClient jdbc, JobRows rows, JobQueries queries, InstantSource clock, Lease lease) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.queries = queries;
    this.clock = clock;
    this.lease = lease;
  }

  /** A statement that leases a job to this gateway from now on. */
  JdbcClient.StatementSpec statement(String name, UUID id) {
    return jdbc.sql(sql.get(name))
        .param("id", id)
        .param("leaseOwner", lease.owner())
        .param("leaseUntil", JobRows.at(lease.until(clock.instant())));
  }

  /**
   * Whether a claim is so recent that no other gateway can have taken the job over, as long as
   * their clocks agree to within half a lease, and this gateway has not taken it over again either.
   */
  public boolean isCertain(Claim claim) {
    return claim.since().isAfter(claimsVoidUntil)
        && clock.instant().isBefore(lease.certainUntil(claim.since()))
        && !takenOver.containsKey(claim.job().id());
  }

  /** Makes no claim up to now certain: the database may have lost it. */
  public void voidClaims() {
    claimsVoidUntil = clock.instant();
  }

  /**
   * Makes no claim certain that was made before the clock was set back; see {@link ClockSteps}.
   *
   * @param before the latest time that the clock had shown
   */
  public void clockSetBack(Instant before) {
    claimsVoidUntil = before;
  }

  /** The jobs on backends that are this gateway's, or whose lease has run out. */
  public List<Job> recoverable() {
    return jdbc.sql(sql.get("held"))
        .param("leaseOwner", lease.owner())
        .param("now", JobRows.at(clock.instant()))
        .query(rows)
        .list();
  }

  /**
   * Leases a job on a backend to this gateway. Earlier fencing numbers are void from then on.
   *
   * @return the job as it is now; empty if another gateway was faster
   */
  public Optional<Job> takeOver(Job job) {
    Instant now = clock.instant();
    takenOver.values().removeIf(since -> !now.isBefore(lease.certainUntil(since)));
    takenOver.put(job.id(), now);
    int changed = statement("take-over", job.id()).param("fence", job.fence()).update();
    return changed == 1 ? queries.find(job.id()) : Optional.empty();
  }

  /**
   * Renews the lease of a job on a backend. A step that acts on a message calls this first: the
   * message may have waited until another gateway took the job over.
   *
   * @return the job as it is now; empty if it is no longer this gateway's
   */
  public Optional<Job> renew(UUID id) {
    int renewed = statement("hold", id).update();
    return renewed == 1 ? queries.find(id) : Optional.empty();
  }

  /** The same, without a look into the database where the message brings a certain claim. */
  public Optional<Job> renew(UUID id, Optional<Claim> claim) {
    return claim.filter(this::isCertain).map(Claim::job).or(() -> renew(id));
  }

  /**
   * Renews the lease of a job right before something that cannot be undone.
   *
   * @return false if the job is no longer this gateway's, or was another's in the meantime
   */
  public boolean renew(UUID id, long fence) {
    return statement("keep", id).param("fence", fence).update() == 1;
  }

  /** Renews the leases of all of this gateway's jobs. */
  public void heartbeat() {
    jdbc.sql(sql.get("heartbeat"))
        .param("leaseOwner", lease.owner())
        .param("leaseUntil", JobRows.at(lease.until(clock.instant())))
        .update();
  }

  /**
   * Ends the leases of this gateway, which stops, so that another can take its jobs over at once.
   *
   * @return of how many jobs
   */
  public int handOver() {
    return jdbc.sql(sql.get("hand-over"))
        .param("leaseOwner", lease.owner())
        .param("now", JobRows.at(clock.instant()))
        .update();
  }

  /**
   * Ends the leases of jobs whose outputs this gateway was to fetch.
   *
   * @param except the jobs that it is fetching right now
   * @return of how many jobs
   */
  public int handOverCollecting(Set<UUID> except) {
    Set<UUID> kept = new HashSet<>(except);
    kept.add(NO_JOB);
    return jdbc.sql(sql.get("hand-over-collecting"))
        .param("leaseOwner", lease.owner())
        .param("except", kept)
        .param("now", JobRows.at(clock.instant()))
        .update();
  }
}
