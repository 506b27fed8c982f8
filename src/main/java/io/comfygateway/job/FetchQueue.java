package io.comfygateway.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.database.DocumentSeal;
import io.comfygateway.database.SqlFile;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The durable queue of the jobs whose files are to be fetched before they wait for a backend.
 * Higher priority goes first; the callers of one priority take turns.
 */
public final class FetchQueue {
  private static final String SMALLEST = "\u0001";
  private static final String NOBODY = "";
  private static final UUID NONE = new UUID(0, 0);

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final JobRows rows;
  private final InstantSource clock;
  private final Lease lease;
  private final Limits limits;
  private final SqlFile sql = new SqlFile("/sql/fetch.sql");
  private final Map<Integer, String> servedLast = new ConcurrentHashMap<>();

  /**
   * How much one gateway fetches at the same time.
   *
   * @param jobs jobs in all
   * @param perCaller jobs of one caller
   * @param file how long the fetching of one file may take, with all its tries
   */
  public record Limits(int jobs, int perCaller, Duration file) {}

  public FetchQueue(
      JdbcClient jdbc,
      TransactionTemplate transaction,
      ObjectMapper json,
      DocumentSeal seal,
      InstantSource clock,
      Lease lease,
      Limits limits) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.rows = new JobRows(json, seal);
    this.clock = clock;
    this.lease = lease;
    this.limits = limits;
  }

  /**
   * Claims jobs that are due, as many as the limits allow.
   *
   * @param busy the callers of the jobs that this gateway is fetching, by job
   */
  public synchronized List<Fetch> claim(Map<UUID, String> busy) {
    Map<UUID, String> all = new HashMap<>(busy);
    List<Fetch> claimed = new ArrayList<>();
    Set<UUID> lost = new HashSet<>();
    Optional<Due> next = next(all, lost);
    while (all.size() < limits.jobs() && next.isPresent()) {
      Job job = next.get().fetch().job();
      Optional<Fetch> taken = take(next.get());
      taken.ifPresent(claimed::add);
      if (taken.isPresent()) {
        all.put(job.id(), job.owner());
        servedLast.put(FairQueue.of(job.priority()), job.owner());
      } else {
        lost.add(job.id());
      }
      next = next(all, lost);
    }
    return claimed;
  }

  /** A job as it is stored, since when it is due, and whether a gateway left it unfinished. */
  private record Due(Fetch fetch, Instant since, boolean wasLeft) {}

  private Optional<Due> next(Map<UUID, String> busy, Set<UUID> lost) {
    Set<String> full =
        busy.values().stream()
            .collect(Collectors.groupingBy(owner -> owner, Collectors.counting()))
            .entrySet()
            .stream()
            .filter(owner -> owner.getValue() >= limits.perCaller())
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    Set<UUID> taken = new HashSet<>(busy.keySet());
    taken.addAll(lost);
    Optional<Integer> line = line(Integer.MIN_VALUE);
    while (line.isPresent()) {
      String last = servedLast.getOrDefault(line.get(), NOBODY);
      Optional<Due> due = next(line.get(), last, full, taken);
      if (due.isEmpty() && !last.equals(NOBODY)) {
        due = next(line.get(), NOBODY, full, taken);
      }
      if (due.isPresent()) {
        return due;
      }
      line = line.get() == Integer.MAX_VALUE ? Optional.empty() : line(line.get() + 1);
    }
    return Optional.empty();
  }

  private Optional<Integer> line(int from) {
    return jdbc.sql(sql.get("line")).param("from", from).query(Integer.class).optional();
  }

  private Optional<Due> next(int line, String after, Set<String> full, Set<UUID> taken) {
    return jdbc.sql(sql.get("next"))
        .param("line", line)
        .param("after", after)
        .param("from", after + SMALLEST)
        .param("full", full.isEmpty() ? Set.of(NOBODY) : full)
        .param("busy", taken.isEmpty() ? Set.of(NONE) : taken)
        .param("now", JobRows.at(clock.instant()))
        .param("leaseOwner", lease.owner())
        .query(this::due)
        .optional();
  }

  private Due due(ResultSet row, int number) throws SQLException {
    Instant now = clock.instant();
    Job job = rows.mapRow(row, number);
    return new Due(
        new Fetch(
            job,
            instant(row, "fetch_since").orElse(now),
            instant(row, "fetch_until").orElse(now.plus(limits.file())),
            row.getInt("fetch_tries")),
        instant(row, "due_at").orElse(now),
        row.getString("lease_owner") != null);
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  // Time in which nobody fetches, because no place is free or a gateway is down, does not count.
  private Optional<Fetch> take(Due due) {
    Instant now = clock.instant();
    Fetch stored = due.fetch();
    boolean isFirst = stored.tries() == 0;
    Duration idle = isFirst ? Duration.ZERO : Duration.between(due.since(), now);
    Fetch taken =
        new Fetch(
            stored.job().fetching(),
            due.wasLeft() ? now : stored.since().plus(idle),
            due.wasLeft() ? now.plus(limits.file()) : stored.until().plus(idle),
            stored.tries() + 1);
    int claimed =
        jdbc.sql(sql.get("claim"))
            .param("id", stored.job().id())
            .param("fence", stored.job().fence())
            .param("leaseOwner", lease.owner())
            .param("leaseUntil", JobRows.at(lease.until(now)))
            .param("since", JobRows.at(taken.since()))
            .param("until", JobRows.at(taken.until()))
            .param("tries", taken.tries())
            .update();
    return claimed == 1 ? Optional.of(taken) : Optional.empty();
  }

  /**
   * Makes a job wait before its next try.
   *
   * @return false if a later holder has it, or it has ended
   */
  public boolean again(Fetch fetch, Duration wait) {
    return jdbc.sql(sql.get("again"))
            .param("id", fetch.job().id())
            .param("fence", fetch.job().fence())
            .param("due", JobRows.at(clock.instant().plus(wait)))
            .param("until", JobRows.at(fetch.until()))
            .param("tries", fetch.tries())
            .update()
        == 1;
  }

  /**
   * Notes that all files of a job are stored; it waits for a backend from now on.
   *
   * @param document what it runs, with its files
   * @return false if a later holder has it, or it has ended
   */
  public boolean fetched(Fetch fetch, JobDocument document) {
    UUID id = fetch.job().id();
    byte[] sealed = rows.seal(id, document);
    return Boolean.TRUE.equals(
        transaction.execute(
            status -> {
              int moved =
                  jdbc.sql(sql.get("fetched"))
                      .param("id", id)
                      .param("fence", fetch.job().fence())
                      .param("now", JobRows.at(clock.instant()))
                      .update();
              if (moved == 1) {
                jdbc.sql(sql.get("document")).param("id", id).param("document", sealed).update();
              }
              return moved == 1;
            }));
  }

  /** Returns a job that was sent to a backend without its files, so that they are fetched. */
  public boolean fetchFirst(Job job) {
    return jdbc.sql(sql.get("fetch-first"))
            .param("id", job.id())
            .param("fence", job.fence())
            .update()
        == 1;
  }
}
