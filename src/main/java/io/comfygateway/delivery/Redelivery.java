package io.comfygateway.delivery;

import io.comfygateway.database.Database;
import io.comfygateway.database.SqlFile;
import io.comfygateway.sink.Destination;
import java.sql.Types;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends deliveries again on request, under the same ids and in the same order. Outputs are copied
 * again, because their copies may have been lost. What is being tried is left alone.
 */
public final class Redelivery {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/redelivery.sql");
  private final SqlFile deliveries = new SqlFile("/sql/delivery.sql");

  Redelivery(Database database, InstantSource clock) {
    this.jdbc = database.jdbc();
    this.transaction = database.transaction();
    this.clock = clock;
  }

  /**
   * Sends those that have ended or wait for their next try.
   *
   * @return how many there were
   */
  public int of(Collection<UUID> ids) {
    return ids.isEmpty() ? 0 : send("by-ids", select -> select.param("ids", ids));
  }

  /**
   * Sends those of a job that have ended or wait for their next try.
   *
   * @return how many there were
   */
  public int ofJob(UUID job) {
    return ofJob(job, null);
  }

  /**
   * Sends those of a job that have ended or wait for their next try.
   *
   * @param destination where they go; null for all
   * @return how many there were
   */
  public int ofJob(UUID job, @Nullable String destination) {
    return send(
        "of-job",
        select -> select.param("job", job).param("destination", destination, Types.VARCHAR));
  }

  /**
   * Sends the callback of a batch, if it has ended or waits for its next try.
   *
   * @return how many there were
   */
  public int ofBatch(UUID batch) {
    return send("of-batch", select -> select.param("batch", batch));
  }

  private int send(String which, UnaryOperator<StatementSpec> parameters) {
    return transaction.execute(
        tx -> {
          List<Delivery> again =
              parameters
                  .apply(jdbc.sql(sql.get(which)).param("now", DeliveryRows.at(clock.instant())))
                  .query(DeliveryRows::read)
                  .list();
          if (!again.isEmpty()) {
            List<UUID> ids = again.stream().map(Delivery::id).toList();
            jdbc.sql(sql.get("due-again"))
                .param("ids", ids)
                .param("now", DeliveryRows.at(clock.instant()))
                .update();
            jdbc.sql(sql.get("wait-again")).param("ids", ids).update();
            again.stream().filter(Delivery::isCopy).forEach(this::repeatCopies);
          }
          return again.size();
        });
  }

  private void repeatCopies(Delivery delivery) {
    if (Delivery.SHORT_FORM.equals(delivery.kind())) {
      jdbc.sql(sql.get("forget-copies")).param("job", delivery.job()).update();
    }
    jdbc.sql(sql.get("repeat-copies"))
        .param("job", delivery.job())
        .param("destination", delivery.destination().orElse(Destination.DEFAULT))
        .update();
  }

  /** The destinations that a job has deliveries to, in their order. */
  public Set<String> destinations(UUID job) {
    Set<String> names = new TreeSet<>();
    jdbc.sql(deliveries.get("of-job")).param("job", job).query(DeliveryRows::read).list().stream()
        .flatMap(delivery -> delivery.destination().stream())
        .forEach(names::add);
    return names;
  }
}
