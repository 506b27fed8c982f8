package io.comfygateway.job;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The order in which jobs that wait are served: higher priority first; among callers of one
 * priority each in turn, in the order of their names; among a caller's own who came first. Every
 * step is one look into an index, so that it takes as long with ten jobs as with ten thousand.
 */
final class FairQueue {
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

  FairQueue(JdbcClient jdbc, JobRows rows, QueueLimits limits) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.limits = limits;
  }

  /** The number of the line that jobs of a priority stand in; the lowest is served first. */
  static int of(int priority) {
    return -priority;
  }

  /**
   * What a turn to dispatch looks for.
   *
   * @param unmet jobs that need one of these are passed over
   * @param running how many prompts each caller has on backends; what is given is added
   */
  record Look(Instant now, Set<String> unmet, Map<String, Integer> running) {}

  private record Best(int line, String last) {}

  /** A job that is next, and who was served before it in its line. */
  record Next(Job job, String last) {}

  /**
   * The job to be served next, passing over callers that have as much running as they may. To be
   * used inside the transaction that holds the turn to dispatch.
   */
  // It is not locked: H2 would lock, and so read, every waiting row to find the first of them.
  Optional<Next> next(Look look) {
    Optional<Best> best = best(FIRST_LINE);
    while (best.isPresent()) {
      String last = best.get().last();
      Optional<Job> job = next(best.get(), look);
      if (job.isPresent()) {
        return job.map(found -> new Next(found, last));
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

  private Optional<Job> next(Best best, Look look) {
    Optional<Job> job = first("next-after", best, best.last(), look);
    return job.isPresent() || best.last().equals(NOBODY)
        ? job
        : first("next-around", best, NOBODY, look);
  }

  private Optional<Job> first(String name, Best best, String after, Look look) {
    Optional<Job> job = at(name, best, after, look).query(rows).optional();
    while (job.isPresent() && isFull(job.get().owner(), look)) {
      job = at(name, best, job.get().owner(), look).query(rows).optional();
    }
    return job;
  }

  private boolean isFull(String owner, Look look) {
    return look.running().getOrDefault(owner, 0) >= limits.of(owner).running();
  }

  private JdbcClient.StatementSpec at(String name, Best best, String after, Look look) {
    JdbcClient.StatementSpec statement =
        jdbc.sql(sql.get(name))
            .param("line", best.line())
            .param("after", after)
            .param("from", after + SMALLEST)
            .param("now", JobRows.at(look.now()))
            .param("unmet", look.unmet().isEmpty() ? Set.of(NOTHING) : look.unmet());
    return "next-around".equals(name) ? statement.param("last", best.last()) : statement;
  }

  /** How many prompts each caller has on backends. */
  Map<String, Integer> running() {
    return counts("given-by-owner");
  }

  /** Notes whose turn it was. */
  void served(Next next) {
    Job job = next.job();
    if (!next.last().equals(job.owner())) {
      jdbc.sql(sql.get(next.last().equals(NOBODY) ? "serve-first" : "serve"))
          .param("line", of(job.priority()))
          .param("owner", job.owner())
          .update();
    }
  }

  /** How many jobs wait, by caller. */
  Map<String, Integer> waiting() {
    return counts("waiting-by-owner");
  }

  private Map<String, Integer> counts(String name) {
    Map<String, Integer> counts = new HashMap<>();
    jdbc.sql(sql.get(name))
        .query(
            row -> {
              counts.put(row.getString("owner"), row.getInt("n"));
            });
    return counts;
  }
}
