package io.comfygateway.delivery;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import io.comfygateway.job.JobEventLog;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The durable queue of deliveries: adds them, and records how each try ended. */
public final class DeliveryQueue {
  private static final int LONGEST_ERROR = 500;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final SqlFile sql = new SqlFile("/sql/delivery.sql");
  private final SqlFile attempts = new SqlFile("/sql/attempt.sql");
  private final InstantSource clock;
  private final JobEventLog events;

  DeliveryQueue(Database database, InstantSource clock) {
    this.jdbc = database.jdbc();
    this.transaction = database.transaction();
    this.clock = clock;
    this.events = new JobEventLog(jdbc, clock);
  }

  /**
   * Adds a delivery. Call it inside the transaction that makes the event true.
   *
   * @param after the delivery that must have ended before this one is due
   * @return its id
   */
  public UUID add(UUID job, String kind, String event, String target, Optional<UUID> after) {
    return add(job, kind, event, target, Optional.empty(), after);
  }

  /**
   * Adds the copies of a job's outputs at a destination. Call it inside the transaction that ends
   * the job.
   *
   * @return its id
   */
  public UUID addCopy(UUID job, String event, String destination) {
    return add(
        job, "copy", event, "copy:" + destination, Optional.of(destination), Optional.empty());
  }

  /**
   * Adds the copies that the short form {@code s3} of a request asks for. Call it inside the
   * transaction that ends the job.
   *
   * @return its id
   */
  public UUID addShortForm(UUID job, String event, String destination) {
    return add(
        job,
        Delivery.SHORT_FORM,
        event,
        "s3:" + destination,
        Optional.of(destination),
        Optional.empty());
  }

  /**
   * Adds an event for a destination, after the job's earlier events there. Call it inside the
   * transaction that makes the event true.
   *
   * @param copy a copy that must have ended before
   * @return its id
   */
  public UUID addEvent(UUID job, String event, String destination, Optional<UUID> copy) {
    Optional<UUID> earlier =
        jdbc.sql(sql.get("last-open-event"))
            .param("job", job)
            .param("destination", destination)
            .query((row, n) -> row.getObject("id", UUID.class))
            .optional();
    return add(
        job,
        "event",
        event,
        "event:" + destination,
        Optional.of(destination),
        earlier.or(() -> copy));
  }

  private UUID add(
      UUID job,
      String kind,
      String event,
      String target,
      Optional<String> destination,
      Optional<UUID> after) {
    UUID id = UUID.randomUUID();
    jdbc.sql(sql.get("insert"))
        .param("id", id)
        .param("job", job)
        .param("kind", kind)
        .param("event", event)
        .param("status", after.isPresent() ? "waiting" : "due")
        .param("target", target)
        .param("destination", destination.orElse(null), Types.VARCHAR)
        .param("after", after.orElse(null), Types.OTHER)
        .param("now", DeliveryRows.at(clock.instant()))
        .update();
    return id;
  }

  /**
   * Adds the callback of a batch that has ended. Call it inside the transaction that ends its last
   * job.
   */
  public void addOfBatch(UUID batch, String event, String target) {
    jdbc.sql(sql.get("insert-of-batch"))
        .param("id", UUID.randomUUID())
        .param("batch", batch)
        .param("event", event)
        .param("target", target)
        .param("now", DeliveryRows.at(clock.instant()))
        .update();
  }

  /**
   * {@link #recordResult(Delivery, Verdict, Optional, Attempt.Seen)} of a try without an answer.
   */
  public boolean recordResult(Delivery delivery, Verdict verdict, Optional<Integer> lastStatus) {
    return recordResult(delivery, verdict, lastStatus, new Attempt.Seen(0, ""));
  }

  /**
   * Records how a try ended.
   *
   * @param lastStatus the HTTP status; empty where there was no answer
   * @return false where another gateway has the delivery
   */
  public boolean recordResult(
      Delivery delivery, Verdict verdict, Optional<Integer> lastStatus, Attempt.Seen seen) {
    Instant now = clock.instant();
    String status =
        verdict instanceof Verdict.Delivered
            ? "delivered"
            : verdict instanceof Verdict.TryAgain ? "due" : "dead";
    Instant due = verdict instanceof Verdict.TryAgain again ? again.at() : now;
    Optional<String> why = verdict.why();
    return transaction.execute(
        tx -> {
          // Of two copies that end at the same time, the later one sees that the other has ended.
          if (!"due".equals(status)) {
            jdbc.sql(sql.get("lock-waiting"))
                .param("job", delivery.job())
                .query((row, n) -> row.getObject("id", UUID.class))
                .list();
          }
          int changed =
              jdbc.sql(sql.get("settle"))
                  .param("id", delivery.id())
                  .param("fence", delivery.fence())
                  .param("status", status)
                  .param("due", DeliveryRows.at(due))
                  .param("lastStatus", lastStatus.orElse(null), Types.INTEGER)
                  .param("lastError", why.map(DeliveryQueue::shortened).orElse(null), Types.VARCHAR)
                  .update();
          if (changed == 1 && !"due".equals(status)) {
            jdbc.sql(sql.get("release-next"))
                .param("job", delivery.job())
                .param("now", DeliveryRows.at(now))
                .update();
          }
          if (changed == 1) {
            insert(
                delivery.id(),
                new Attempt(
                    delivery.tries().attempts(),
                    now,
                    seen.tookMs(),
                    status,
                    lastStatus,
                    why.map(DeliveryQueue::shortened),
                    seen.answer(),
                    Optional.of(due).filter(at -> "due".equals(status))));
          }
          if (changed == 1 && !delivery.isOfBatch()) {
            events.delivery(delivery.job(), delivery.id(), status, delivery.tries().attempts());
          }
          return changed == 1;
        });
  }

  private void insert(UUID delivery, Attempt attempt) {
    jdbc.sql(attempts.get("insert"))
        .param("delivery", delivery)
        .param("attempt", attempt.number())
        .param("now", DeliveryRows.at(attempt.at()))
        .param("took", attempt.tookMs())
        .param("result", attempt.result())
        .param("status", attempt.status().orElse(null), Types.INTEGER)
        .param("error", attempt.error().orElse(null), Types.VARCHAR)
        .param("answer", attempt.answer())
        .param(
            "next",
            attempt.next().map(DeliveryRows::at).orElse(null),
            Types.TIMESTAMP_WITH_TIMEZONE)
        .update();
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR);
  }

  /** Returns a delivery to the queue as if it had not been tried. */
  void postpone(Delivery delivery, Duration wait) {
    jdbc.sql(sql.get("postpone"))
        .param("id", delivery.id())
        .param("fence", delivery.fence())
        .param("due", DeliveryRows.at(clock.instant().plus(wait)))
        .update();
  }

  /**
   * Brings forward the due times that a clock wrote which has been set back since; see {@link
   * io.comfygateway.clock.ClockSteps}.
   *
   * @param by how far the clock was set back
   */
  public void clockSetBack(Duration by) {
    jdbc.sql(sql.get("due-earlier"))
        .param("seconds", by.toSeconds())
        .param("now", DeliveryRows.at(clock.instant()))
        .update();
  }
}
