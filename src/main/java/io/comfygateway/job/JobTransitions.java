package io.comfygateway.job;

import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The changes of a job's stage and status. Each is one statement that names the fencing number that
 * its caller read: a late writer changes nothing, and learns it from what the method returns.
 */
public final class JobTransitions {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final InstantSource clock;
  private final JobLeases leases;

  JobTransitions(JdbcClient jdbc, JobRows rows, InstantSource clock, JobLeases leases) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.clock = clock;
    this.leases = leases;
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
   * Notes that the backend runs the prompt.
   *
   * @return false if a later holder has the job
   */
  public boolean started(UUID id, long fence) {
    return statement("started", id, fence).param("now", JobRows.at(clock.instant())).update() == 1;
  }

  /**
   * Puts a job from a backend back into the queue.
   *
   * @param wait how long it stays there at least
   * @param attempts the number of attempts that it counts from now on
   * @return false if a later holder has the job
   */
  public boolean requeue(UUID id, long fence, Duration wait, int attempts) {
    return statement("give-back", id, fence)
            .param("due", JobRows.at(clock.instant().plus(wait)))
            .param("attempts", attempts)
            .update()
        == 1;
  }

  /**
   * Puts a job whose results cannot be fetched back into the queue.
   *
   * @return false if a later holder has the job
   */
  public boolean runAgain(Job job) {
    return statement("run-again", job.id(), job.fence())
            .param("due", JobRows.at(clock.instant()))
            .update()
        == 1;
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
  public Optional<Job> finish(Job job, JobStatus status, JobFacts facts) {
    Instant now = clock.instant();
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
   * Notes that the caller cancels the job.
   *
   * @return false if it has ended
   */
  public boolean requestCancel(UUID id) {
    return jdbc.sql(sql.get("request-cancel")).param("id", id).update() == 1;
  }
}
