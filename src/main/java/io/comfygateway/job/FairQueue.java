package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The order of the queue: higher priority first; the callers of one priority in turn, in the order
 * of their names; the jobs of one caller in the order of their places, which is that of their
 * arrival unless a client of ComfyUI's own API gave a prompt another one. Every step is one look-up
 * in an index, so that it takes as long with ten jobs as with ten thousand.
 */
final class FairQueue {
  /** Sorts before the name of every caller. */
  private static final String NOBODY = "";

  /** A name followed by this is the smallest that sorts after the name. */
  private static final String SMALLEST = "\u0001";

  private static final int FIRST_LINE = Integer.MIN_VALUE;

  /** No job requires this; SQL takes no empty list. */
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

  /** The number of the line of jobs of one priority; the lowest is served first. */
  static int of(int priority) {
    return -priority;
  }

  /**
   * What a dispatch looks for.
   *
   * @param unmet the hashes of requirements whose jobs are passed over
   * @param running how many prompts each caller has on backends, updated with every claim
   */
  record Look(Instant now, Set<String> unmet, Map<String, Integer> running) {}

  private record Best(int line, String last) {}

  /** The job that is next, and the caller that was served before it in its line. */
  record Next(Job job, String last) {}

  /**
   * The next job, passing over callers that have reached their limit of running prompts. Use it
   * inside the transaction that takes the turn to dispatch.
   */
  // Without a lock: H2 would lock, and so read, every waiting row to find the first.
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

  /** Stores whose turn it was. */
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
