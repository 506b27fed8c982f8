package io.comfygateway.delivery;

import io.comfygateway.database.SqlFile;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads deliveries; changes nothing. */
public final class DeliveryQueries {
  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/delivery.sql");

  DeliveryQueries(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A delivery, of a job or of a batch. */
  public Optional<Delivery> find(UUID id) {
    return jdbc.sql(sql.get("find")).param("id", id).query(DeliveryRows::read).optional();
  }

  /** The deliveries of a job, in the order in which they were added. */
  public List<Delivery> of(UUID job) {
    return jdbc.sql(sql.get("of-job")).param("job", job).query(DeliveryRows::read).list();
  }

  /** The deliveries of several jobs. */
  public List<Delivery> of(Collection<UUID> jobs) {
    return jobs.isEmpty()
        ? List.of()
        : jdbc.sql(sql.get("of-jobs")).param("jobs", jobs).query(DeliveryRows::read).list();
  }

  /** The deliveries of a batch, without those of its jobs. */
  public List<Delivery> ofBatch(UUID batch) {
    return jdbc.sql(sql.get("of-batch")).param("batch", batch).query(DeliveryRows::read).list();
  }

  /** Whether outputs of a batch are still being copied. */
  public boolean copiesOfBatch(UUID batch) {
    return jdbc.sql(sql.get("open-copies-of-batch"))
            .param("batch", batch)
            .query(Integer.class)
            .single()
        > 0;
  }
}
