package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The event log: what happened to each job, in order. A row is written inside the transaction of
 * its change and is removed together with its job.
 */
public final class JobEventLog {
  private final JdbcClient jdbc;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/event.sql");

  public JobEventLog(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  private JdbcClient.StatementSpec statement(String name, UUID job) {
    return jdbc.sql(sql.get(name)).param("job", job).param("now", JobRows.at(clock.instant()));
  }

  /** A job was accepted. */
  void queued(UUID job) {
    statement("status", job).param("word", JobStatus.QUEUED.word()).update();
  }

  /** A backend runs a job. */
  void running(UUID job) {
    statement("status", job).param("word", JobStatus.RUNNING.word()).update();
  }

  /**
   * A job is about to return to the queue. Writes nothing where its caller has not seen it run.
   *
   * @param fence the fencing number that it has now
   */
  void queuedAgain(UUID job, long fence) {
    statement("queued-again", job).param("fence", fence).update();
  }

  /** A job has ended. */
  void finished(UUID job) {
    statement("finished", job).update();
  }

  /**
   * A delivery of a job was tried. Call it inside the transaction that records the result.
   *
   * @param word the delivery's status since then
   * @param attempt how often it has been tried
   */
  public void delivery(UUID job, UUID delivery, String word, int attempt) {
    statement("delivery", job)
        .param("word", word)
        .param("delivery", delivery)
        .param("attempt", attempt)
        .update();
  }

  /** The highest number of a committed row; 0 if there is none. */
  public long newest() {
    return jdbc.sql(sql.get("newest")).query(Long.class).single();
  }

  /** The numbers of the committed rows from one on, in order. */
  public List<Long> numbers(long from) {
    return jdbc.sql(sql.get("numbers")).param("from", from).query(Long.class).list();
  }

  /** The rows from a number on, in order. */
  public List<JobEvent> from(long sequence, int limit) {
    return jdbc.sql(sql.get("from"))
        .param("from", sequence)
        .param("limit", limit)
        .query(JobEventLog::read)
        .list();
  }

  /** The rows with these numbers that are committed, in order. */
  public List<JobEvent> some(Collection<Long> numbers) {
    return numbers.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("some")).param("numbers", numbers).query(JobEventLog::read).list();
  }

  /** The rows of one job from a number on, in order. */
  public List<JobEvent> of(UUID job, long from, int limit) {
    return jdbc.sql(sql.get("of-job"))
        .param("job", job)
        .param("from", from)
        .param("limit", limit)
        .query(JobEventLog::read)
        .list();
  }

  private static JobEvent read(ResultSet row, int number) throws SQLException {
    return new JobEvent(
        row.getLong("seq"),
        row.getObject("job_id", UUID.class),
        JobEvent.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
        row.getString("word"),
        row.getBoolean("began"),
        Optional.ofNullable(row.getObject("delivery_id", UUID.class)),
        row.getInt("attempt"),
        row.getObject("at", OffsetDateTime.class).toInstant());
  }
}
