package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pages of jobs, newest first, and how many there are. */
public final class JobLists {
  /** How far the clocks of gateways, and the times of jobs that are stored at once, may differ. */
  private static final Duration CLOCKS = Duration.ofMinutes(10);

  private static final Instant ALWAYS = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final JdbcClient jdbc;
  private final JobRows rows;
  private final SqlFile sql = new SqlFile("/sql/job.sql");

  JobLists(JdbcClient jdbc, JobRows rows) {
    this.jdbc = jdbc;
    this.rows = rows;
  }

  /**
   * Which jobs.
   *
   * @param owner whose; empty for everybody's
   * @param statuses with one of these; empty for any
   * @param workflow of this one, with or without a version; an empty name: of none
   * @param accepted in this span
   * @param ended in this span; where it has a limit, only jobs that have ended
   * @param ids with one of these ids
   * @param delivery with a delivery of this status
   */
  public record Wanted(
      Optional<String> owner,
      Set<JobStatus> statuses,
      Optional<String> workflow,
      Span accepted,
      Span ended,
      IdRange ids,
      Optional<String> delivery) {}

  /**
   * A span of time.
   *
   * @param from this time or later
   * @param before earlier than this time
   */
  public record Span(Optional<Instant> from, Optional<Instant> before) {
    private boolean isUnlimited() {
      return from.isEmpty() && before.isEmpty();
    }
  }

  /**
   * The sequence numbers between which all wanted jobs are, so that a page does not read those
   * outside. Jobs are numbered in the order of their times, or nearly so.
   *
   * @param from the lowest
   * @param before one above the highest
   */
  public record Range(long from, long before) {}

  /** Where the wanted jobs are. */
  public Range range(Wanted wanted) {
    long from = wanted.accepted().from().map(at -> firstAt(at.minus(CLOCKS))).orElse(0L);
    long before = wanted.accepted().before().map(at -> firstAt(at.plus(CLOCKS))).orElse(NO_LIMIT);
    if (wanted.ended().isUnlimited()) {
      return new Range(from, before);
    }
    // None ends before it was accepted.
    long ended = wanted.ended().before().map(at -> firstAt(at.plus(CLOCKS))).orElse(NO_LIMIT);
    return new Range(Math.max(from, firstOf(wanted.ended())), Math.min(before, ended));
  }

  // The lowest number of a job that ended in a span.
  private long firstOf(Span ended) {
    return jdbc.sql(sql.get("first-ended"))
        .param("endedFrom", JobRows.at(ended.from().orElse(ALWAYS)))
        .param("endedBefore", JobRows.at(ended.before().orElse(NEVER)))
        .query(Long.class)
        .single();
  }

  // The lowest number of a job that was accepted at a time or later.
  private long firstAt(Instant time) {
    long low = number("lowest");
    long high = number("highest") + 1;
    while (low < high) {
      long middle = low + (high - low) / 2;
      boolean isEarlier =
          jdbc.sql(sql.get("created-from"))
              .param("from", middle)
              .query(OffsetDateTime.class)
              .optional()
              .filter(created -> created.toInstant().isBefore(time))
              .isPresent();
      if (isEarlier) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long number(String name) {
    return jdbc.sql(sql.get(name)).query(Long.class).single();
  }

  /**
   * Jobs, newest first.
   *
   * @param within only those with these numbers
   */
  public List<Job> page(Wanted wanted, Range within, int limit) {
    String whose = wanted.owner().isPresent() ? "list-own" : "list";
    if (wanted.statuses().isEmpty()) {
      return page(whose, Optional.empty(), wanted, within, limit);
    }
    return wanted.statuses().stream()
        .flatMap(
            status -> page(whose + "-status", Optional.of(status), wanted, within, limit).stream())
        .sorted(Comparator.comparingLong(Job::sequence).reversed())
        .limit(limit)
        .toList();
  }

  private List<Job> page(
      String statement, Optional<JobStatus> status, Wanted wanted, Range within, int limit) {
    return jdbc.sql(sql.get(statement))
        .param("owner", wanted.owner().orElse(null), Types.VARCHAR)
        .param("status", status.map(JobStatus::word).orElse(null), Types.VARCHAR)
        .param("from", within.from())
        .param("before", within.before())
        .param("after", JobRows.at(wanted.accepted().from().orElse(ALWAYS)))
        .param("until", JobRows.at(wanted.accepted().before().orElse(NEVER)))
        .param("anyEnd", wanted.ended().isUnlimited())
        .param("endedFrom", JobRows.at(wanted.ended().from().orElse(ALWAYS)))
        .param("endedBefore", JobRows.at(wanted.ended().before().orElse(NEVER)))
        .param("workflow", wanted.workflow().orElse(null), Types.VARCHAR)
        .param("anyVersion", wanted.workflow().map(name -> name + "@").orElse(null), Types.VARCHAR)
        .param("firstId", wanted.ids().first())
        .param("lastId", wanted.ids().last())
        .param("delivery", wanted.delivery().orElse(null), Types.VARCHAR)
        .param("limit", limit)
        .query(rows)
        .list();
  }

  /**
   * How many jobs have each status, counted up to a bound.
   *
   * @param owner whose; empty for everybody's
   */
  public Map<JobStatus, Integer> counts(Optional<String> owner, int most) {
    Map<JobStatus, Integer> counts = new EnumMap<>(JobStatus.class);
    for (JobStatus status : JobStatus.values()) {
      counts.put(
          status,
          jdbc.sql(sql.get(owner.isPresent() ? "count-status-of" : "count-status"))
              .param("owner", owner.orElse(null), Types.VARCHAR)
              .param("status", status.word())
              .param("most", most)
              .query(Integer.class)
              .single());
    }
    return counts;
  }
}
