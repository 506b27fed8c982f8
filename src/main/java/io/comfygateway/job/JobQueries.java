package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads jobs; changes nothing. */
public final class JobQueries {
  private static final int READ_AT_ONCE = 500;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final InstantSource clock;
  private final Lease lease;

  JobQueries(JdbcClient jdbc, JobRows rows, InstantSource clock, Lease lease) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.clock = clock;
    this.lease = lease;
  }

  /** A job, whoever owns it. */
  public Optional<Job> find(UUID id) {
    return jdbc.sql(sql.get("find")).param("id", id).query(rows).optional();
  }

  /** A job of one caller. */
  public Optional<Job> find(UUID id, String owner) {
    return jdbc.sql(sql.get("find-own"))
        .param("id", id)
        .param("owner", owner)
        .query(rows)
        .optional();
  }

  /** Those of several jobs that are kept, by their ids. */
  public Map<UUID, Job> all(Collection<UUID> ids) {
    Map<UUID, Job> found = new HashMap<>();
    List<UUID> distinct = ids.stream().distinct().toList();
    for (int from = 0; from < distinct.size(); from += READ_AT_ONCE) {
      List<UUID> some = distinct.subList(from, Math.min(distinct.size(), from + READ_AT_ONCE));
      jdbc.sql(sql.get("some"))
          .param("ids", some)
          .query(rows)
          .list()
          .forEach(job -> found.put(job.id(), job));
    }
    return found;
  }

  /** What a job runs. */
  public JobDocument document(UUID id) {
    return jdbc.sql(sql.get("document"))
        .param("id", id)
        .query((row, n) -> rows.open(id, row.getBytes("document")))
        .single();
  }

  /** Which of these jobs have ended. */
  public Set<UUID> ended(Set<UUID> ids) {
    Set<UUID> ended = new HashSet<>();
    List<UUID> all = List.copyOf(ids);
    for (int from = 0; from < all.size(); from += READ_AT_ONCE) {
      List<UUID> some = all.subList(from, Math.min(all.size(), from + READ_AT_ONCE));
      ended.addAll(jdbc.sql(sql.get("ended")).param("ids", some).query(UUID.class).list());
    }
    return ended;
  }

  /**
   * How many prompts of all gateways each backend has, by its name; backends without are absent.
   */
  public Map<String, Integer> promptsByBackend() {
    Map<String, Integer> prompts = new HashMap<>();
    jdbc.sql(sql.get("occupied"))
        .query(
            row -> {
              prompts.put(row.getString("backend"), row.getInt("n"));
            });
    return prompts;
  }

  /** The names of the backends that have jobs, or results that were not fetched yet. */
  public List<String> busyBackends() {
    return jdbc.sql(sql.get("busy-backends")).query(String.class).list();
  }

  /** This gateway's jobs on backends that their callers have cancelled. */
  public List<Job> cancelledOnBackends() {
    return jdbc.sql(sql.get("cancel-requested"))
        .param("leaseOwner", lease.owner())
        .query(rows)
        .list();
  }

  /** Jobs on no backend yet that their callers have cancelled. */
  public List<Job> cancelledWaiting() {
    return waiting("cancelled-waiting", statement -> statement);
  }

  /** Jobs on no backend yet that have expired. */
  public List<Job> expiredWaiting() {
    return waiting(
        "expired-waiting", statement -> statement.param("now", JobRows.at(clock.instant())));
  }

  private List<Job> waiting(String name, UnaryOperator<JdbcClient.StatementSpec> more) {
    List<Job> found = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      if (stage.isWaiting()) {
        found.addAll(
            more.apply(jdbc.sql(sql.get(name)).param("stage", stage.code())).query(rows).list());
      }
    }
    return found;
  }
}
