package io.comfygateway.job;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The order in which jobs that wait are served: higher priority first; among callers of one
 * priority each in turn, in the order of their names; among a caller's own who came first. Every
 * step is one look into an index, so that it takes as long with ten jobs as with ten thousand.
 */
final class WaitingLine {
  /** Comes before the name of every caller. */
  private static final String NOBODY = "";

  /** A name with this behind it is the smallest that comes after the name. */
  private static final String SMALLEST = "\u0001";

  private static final int FIRST_LINE = Integer.MIN_VALUE;

  /** What no job needs, for a list that may not be empty. */
  private static final String NOTHING = "";

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final JobRows rows;
  private final QueueLimits limits;

  WaitingLine(JdbcClient jdbc, JobRows rows, QueueLimits limits) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.limits = limits;
  }

  /** The number of the line that jobs of a priority stand in; the lowest is served first. */
  static int of(int priority) {
    return -priority;
  }

  private record Look(Instant now, Set<String> unmet) {}

  private record Best(int line, String last) {}

  /**
   * The job to be served next, passing over callers that have as much running as they may. To be
   * used inside the transaction that holds the turn to dispatch.
   *
   * @param unmet jobs that need one of these are passed over
   */
  // It is not locked: H2 would lock, and so read, every waiting row to find the first of them.
  Optional<Job> next(Instant now, Set<String> unmet) {
    Look look = new Look(now, unmet.isEmpty() ? Set.of(NOTHING) : unmet);
    Set<String> full = full();
    Optional<Best> best = best(FIRST_LINE);
    while (best.isPresent()) {
      Optional<Job> job = next(best.get(), full, look);
      if (job.isPresent()) {
        return job;
      }
      best = best(best.get().line() + 1);
    }
    return Optional.empty();
  }

  private Optional<Best> best(int from) {
    return jdbc.sql(sql.get("best-line"))
        .param("from", from)
        .query(
            (row, n) ->
                new Best(
                    row.getInt("line"), Optional.ofNullable(row.getString("last")).orElse(NOBODY)))
        .optional();
  }

  private Optional<Job> next(Best best, Set<String> full, Look look) {
    Optional<Job> job = first(at("next-after", best, best.last(), look), full, best, look, false);
    return job.isPresent() || best.last().equals(NOBODY)
        ? job
        : first(at("next-around", best, NOBODY, look), full, best, look, true);
  }

  private Optional<Job> first(
      JdbcClient.StatementSpec from, Set<String> full, Best best, Look look, boolean around) {
    Optional<Job> job = from.query(rows).optional();
    while (job.isPresent() && full.contains(job.get().owner())) {
      String name = around ? "next-around" : "next-after";
      job = at(name, best, job.get().owner(), look).query(rows).optional();
    }
    return job;
  }

  private JdbcClient.StatementSpec at(String name, Best best, String after, Look look) {
    JdbcClient.StatementSpec statement =
        jdbc.sql(sql.get(name))
            .param("line", best.line())
            .param("after", after)
            .param("from", after + SMALLEST)
            .param("now", JobRows.at(look.now()))
            .param("unmet", look.unmet());
    return "next-around".equals(name) ? statement.param("last", best.last()) : statement;
  }

  private Set<String> full() {
    Set<String> full = new HashSet<>();
    jdbc.sql(sql.get("given-by-owner"))
        .query(
            row -> {
              String owner = row.getString("owner");
              if (row.getInt("n") >= limits.of(owner).running()) {
                full.add(owner);
              }
            });
    return full;
  }

  /** Notes whose turn it was. */
  void served(Job job) {
    Optional<String> last = lastServed(of(job.priority()));
    if (!last.equals(Optional.of(job.owner()))) {
      jdbc.sql(sql.get(last.isPresent() ? "serve" : "serve-first"))
          .param("line", of(job.priority()))
          .param("owner", job.owner())
          .update();
    }
  }

  private Optional<String> lastServed(int line) {
    return jdbc.sql(sql.get("last-served")).param("line", line).query(String.class).optional();
  }

  /**
   * How many jobs are served before this one and with it, if nobody comes or goes: 1 is next. It
   * leaves aside how many a caller may have running.
   */
  int position(Job job) {
    int rank =
        jdbc.sql(sql.get("rank-of-own"))
            .param("line", of(job.priority()))
            .param("owner", job.owner())
            .param("seq", job.sequence())
            .query(Integer.class)
            .single();
    int before =
        jdbc.sql(sql.get("waiting-before"))
            .param("line", of(job.priority()))
            .param("owner", job.owner())
            .param("last", lastServed(of(job.priority())).orElse(NOBODY))
            .param("round", Math.max(0, rank - 1))
            .query(Integer.class)
            .single();
    return before + Math.max(1, rank);
  }

  /** How many jobs wait, by caller. */
  Map<String, Integer> waiting() {
    Map<String, Integer> waiting = new HashMap<>();
    jdbc.sql(sql.get("waiting-by-owner"))
        .query(
            row -> {
              waiting.put(row.getString("owner"), row.getInt("n"));
            });
    return waiting;
  }
}
