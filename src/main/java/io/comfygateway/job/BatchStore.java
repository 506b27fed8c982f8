package io.comfygateway.job;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The batches in the database. All jobs of a batch are stored in one transaction. */
public final class BatchStore {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final SqlFile sql = new SqlFile("/sql/batch.sql");
  private final JobQueue queue;
  private final JobRows rows;
  private final InstantSource clock;

  BatchStore(Database database, JobQueue queue, JobRows rows, InstantSource clock) {
    this.jdbc = database.jdbc();
    this.transaction = database.transaction();
    this.queue = queue;
    this.rows = rows;
    this.clock = clock;
  }

  /**
   * A batch that is about to be accepted.
   *
   * @param jobs in the order of their rows, each with the index of its row
   * @param idempotency the key of the whole batch
   */
  public record NewBatch(
      UUID id,
      String owner,
      BatchDocument document,
      List<Row> jobs,
      Optional<NewJob.Idempotency> idempotency) {

    /** A job, and the index of the row that created it, from 0. */
    public record Row(int place, PreparedJob job) {}
  }

  /** A job of a batch, and the index of the row that created it, from 0. */
  public record Member(int place, Job job) {}

  /** The status of a job of a batch, without the job. */
  public record Outline(int place, UUID job, JobStatus status) {}

  /**
   * Stores a batch with all of its jobs, or finds the one that an earlier request with the same
   * idempotency key created. The batch that is returned is committed.
   *
   * @param alongside what is stored in the same transaction
   * @throws Problem if the key was used with another body, or too many jobs wait
   */
  public Acceptance accept(NewBatch batch, Runnable alongside) {
    Optional<Acceptance> before = replayOf(batch);
    if (before.isPresent()) {
      return before.get();
    }
    byte[] document = rows.pack(batch.id(), batch.document());
    try {
      transaction.executeWithoutResult(
          tx -> {
            queue.admit(batch.owner(), batch.jobs().size(), batch.idempotency(), batch.id());
            insert(batch, document);
            alongside.run();
          });
      return new Acceptance(batch.id(), false);
    } catch (DataIntegrityViolationException sameKeyAtTheSameMoment) {
      return replayOf(batch).orElseThrow(() -> sameKeyAtTheSameMoment);
    }
  }

  private void insert(NewBatch batch, byte[] document) {
    jdbc.sql(sql.get("insert"))
        .param("id", batch.id())
        .param("owner", batch.owner())
        .param("jobs", batch.jobs().size())
        .param("document", document)
        .param("now", JobRows.at(clock.instant()))
        .update();
    for (NewBatch.Row row : batch.jobs()) {
      queue.insert(row.job());
      jdbc.sql(sql.get("insert-job"))
          .param("batch", batch.id())
          .param("place", row.place())
          .param("job", row.job().job().id())
          .update();
    }
  }

  private Optional<Acceptance> replayOf(NewBatch batch) {
    return batch.idempotency().flatMap(key -> queue.replayOf(batch.owner(), key));
  }

  /** A batch, whoever owns it. */
  public Optional<Batch> find(UUID id) {
    return jdbc.sql(sql.get("find")).param("id", id).query(this::read).optional();
  }

  /** A batch of one caller. */
  public Optional<Batch> find(UUID id, String owner) {
    return jdbc.sql(sql.get("find-own"))
        .param("id", id)
        .param("owner", owner)
        .query(this::read)
        .optional();
  }

  /** Its jobs that have not been deleted, in the order of their rows. */
  public List<Outline> outlines(UUID id) {
    return jdbc.sql(sql.get("outlines"))
        .param("id", id)
        .query(
            (row, n) ->
                new Outline(
                    row.getInt("place"),
                    row.getObject("id", UUID.class),
                    JobStatus.of(row.getString("status"))))
        .list();
  }

  /**
   * Requests the cancellation of all its jobs that have not ended. None of them starts from then
   * on.
   *
   * @return how many jobs that are
   */
  public int requestCancel(UUID id) {
    return jdbc.sql(sql.get("request-cancel")).param("id", id).update();
  }

  /** Its jobs from one row to another, both inclusive. */
  public List<Member> members(UUID id, int first, int last) {
    return jdbc.sql(sql.get("jobs"))
        .param("id", id)
        .param("first", first)
        .param("last", last)
        .query((row, n) -> new Member(row.getInt("place_in_batch"), rows.mapRow(row, n)))
        .list();
  }

  /**
   * Counts a job that has ended. Call it inside the transaction that ends the job.
   *
   * @return the batch if this was its last job
   */
  public Optional<Batch> ended(UUID id, JobStatus how) {
    jdbc.sql(sql.get("count"))
        .param("id", id)
        .param("succeeded", how == JobStatus.SUCCEEDED ? 1 : 0)
        .param("failed", how == JobStatus.FAILED ? 1 : 0)
        .param("cancelled", how == JobStatus.CANCELLED ? 1 : 0)
        .update();
    int finished =
        jdbc.sql(sql.get("finish"))
            .param("id", id)
            .param("now", JobRows.at(clock.instant()))
            .update();
    return finished == 1 ? find(id) : Optional.empty();
  }

  private Batch read(ResultSet row, int number) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    return new Batch(
        id,
        row.getString("owner"),
        new Batch.Ended(
            row.getInt("jobs"),
            row.getInt("succeeded"),
            row.getInt("failed"),
            row.getInt("cancelled")),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getObject("finished_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant),
        rows.unpack(id, row.getBytes("document"), BatchDocument.class));
  }
}
