package io.comfygateway.job;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The changes of a job's stage and status. Each is one statement that names the fencing number that
 * its caller read: a late writer changes nothing, and learns it from what the method returns. What
 * a caller of the API sees of a change is added to the event log in the same transaction.
 */
public final class JobTransitions {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final InstantSource clock;
  private final JobLeases leases;
  private final JobEventLog events;
  private final NodeStarts nodeStarts;
  private final TransactionTemplate transaction;

  JobTransitions(
      Database database,
      JobRows rows,
      InstantSource clock,
      JobLeases leases,
      JobEventLog events,
      NodeStarts nodeStarts) {
    this.nodeStarts = nodeStarts;
    this.jdbc = database.jdbc();
    this.transaction = database.transaction();
    this.rows = rows;
    this.clock = clock;
    this.leases = leases;
    this.events = events;
  }

  private JdbcClient.StatementSpec statement(String name, UUID id, long fence) {
    return jdbc.sql(sql.get(name)).param("id", id).param("fence", fence);
  }

  /**
   * Counts one more attempt of a job before its prompt is sent again, so that an attempt that kills
   * the process has been counted.
   *
   * @return the job as it is now; empty if it is no longer this gateway's
   */
  public Optional<Job> attempt(Job job) {
    int counted = leases.statement("attempt", job.id()).param("fence", job.fence()).update();
    return counted == 1 ? Optional.of(job.attempted()) : Optional.empty();
  }

  /**
   * Notes that the backend runs the prompt. Call it inside the transaction that stores the
   * deliveries of that.
   *
   * @return false if a later holder has the job
   */
  public boolean started(UUID id, long fence) {
    boolean changed =
        statement("started", id, fence).param("now", JobRows.at(clock.instant())).update() == 1;
    if (changed) {
      events.running(id);
    }
    return changed;
  }

  /**
   * Puts a job from a backend back into the queue.
   *
   * @param wait how long it stays there at least
   * @param attempts the number of attempts that it counts from now on
   * @return false if a later holder has the job
   */
  public boolean requeue(UUID id, long fence, Duration wait, int attempts) {
    return queuedAgain(
        id,
        fence,
        statement("give-back", id, fence)
            .param("due", JobRows.at(clock.instant().plus(wait)))
            .param("attempts", attempts));
  }

  private boolean queuedAgain(UUID id, long fence, JdbcClient.StatementSpec change) {
    return Boolean.TRUE.equals(
        transaction.execute(
            status -> {
              events.queuedAgain(id, fence);
              boolean changed = change.update() == 1;
              if (!changed) {
                status.setRollbackOnly();
              }
              return changed;
            }));
  }

  /**
   * Puts a job whose results cannot be fetched back into the queue.
   *
   * @return false if a later holder has the job
   */
  public boolean runAgain(Job job) {
    return queuedAgain(
        job.id(),
        job.fence(),
        statement("run-again", job.id(), job.fence()).param("due", JobRows.at(clock.instant())));
  }

  /**
   * Notes that the backend finished, and what it returned. Its slot is free from then on. The job
   * stays this gateway's for another lease.
   *
   * @param result ComfyUI's {@code outputs} as JSON
   * @return the job as it is now; empty if a later holder has it
   */
  public Optional<Job> collecting(Job job, Instant started, String result) {
    Instant now = clock.instant();
    int noted =
        leases
            .statement("collecting", job.id())
            .param("fence", job.fence())
            .param("started", JobRows.at(started))
            .param("result", rows.seal(job.id(), result))
            .param("now", JobRows.at(now))
            .update();
    return noted == 1 ? Optional.of(job.collecting(started, now, result)) : Optional.empty();
  }

  /**
   * Ends a job. Call it inside the transaction that stores its outputs and its deliveries.
   *
   * @return the job as it is now; empty if a later holder has it, or it has ended already
   */
  public Optional<Job> finish(Job job, JobStatus status, JobFacts known) {
    Instant now = clock.instant();
    JobFacts facts = known.withNodeStarts(nodeStarts.of(job.id()));
    int ended =
        statement("finish", job.id(), job.fence())
            .param("status", status.word())
            .param("facts", rows.seal(job.id(), facts))
            .param(
                "started",
                job.times().started().map(JobRows::at).orElse(null),
                Types.TIMESTAMP_WITH_TIMEZONE)
            .param("now", JobRows.at(now))
            .update();
    if (ended == 1) {
      events.finished(job.id());
      nodeStarts.forget(job.id());
    }
    return ended == 1 ? Optional.of(job.finished(status, facts, now)) : Optional.empty();
  }

  /**
   * Changes what a job tells its caller.
   *
   * @return false if a later holder has the job
   */
  public boolean note(Job job, JobFacts facts) {
    return statement("facts", job.id(), job.fence())
            .param("facts", rows.seal(job.id(), facts))
            .update()
        == 1;
  }

  /**
   * What a job tells its caller once an attempt has failed and another one is to follow.
   *
   * @param why a sentence, or what the server said
   */
  public JobFacts afterFailedAttempt(Job job, String why) {
    long now = clock.millis();
    return job.facts()
        .withFailedAttempt(
            new JobFacts.FailedAttempt(
                job.backend(),
                job.times().submitted().map(Instant::toEpochMilli).orElse(now),
                now,
                why));
  }

  /**
   * Notes that the caller cancels the job.
   *
   * @return false if it has ended
   */
  public boolean requestCancel(UUID id) {
    return jdbc.sql(sql.get("request-cancel")).param("id", id).update() == 1;
  }
}
