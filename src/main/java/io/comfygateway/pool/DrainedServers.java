package io.comfygateway.pool;

import io.comfygateway.database.SqlFile;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The servers that an admin has taken out of service. They are in the database, so that every
 * gateway on it knows them, also after a restart.
 */
public final class DrainedServers {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final Backends backends;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/drain.sql");

  public DrainedServers(
      JdbcClient jdbc, TransactionTemplate transaction, Backends backends, InstantSource clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.backends = backends;
    this.clock = clock;
  }

  /** Takes over what an admin has changed, through whichever gateway. */
  public void refresh() {
    Map<String, String> reasons = new HashMap<>();
    jdbc.sql(sql.get("reasons"))
        .query(
            row -> {
              reasons.put(
                  row.getString("name"), Optional.ofNullable(row.getString("reason")).orElse(""));
            });
    backends.drained(Map.copyOf(reasons));
  }

  /**
   * Takes a server out of service: it finishes its work and gets no more.
   *
   * @param reason for people, at most 200 characters; may be empty
   */
  public void drain(String name, String reason) {
    transaction.executeWithoutResult(
        status -> {
          jdbc.sql(sql.get("forget")).param("name", name).update();
          jdbc.sql(sql.get("add"))
              .param("name", name)
              .param("reason", reason)
              .param("now", clock.instant().atOffset(ZoneOffset.UTC))
              .update();
        });
    refresh();
  }

  /** Puts a server back into service, unless its file says {@code drain: true}. */
  public void resume(String name) {
    jdbc.sql(sql.get("forget")).param("name", name).update();
    refresh();
  }
}
