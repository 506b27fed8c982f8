package io.comfygateway.job;

import io.comfygateway.database.SqlFile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Figures of the jobs that ended and the deliveries that were tried in a span of time. */
public final class JobNumbers {
  private static final int MOST_ROWS = 1_000;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/numbers.sql");

  public JobNumbers(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * How many jobs of a workflow ended in one way.
   *
   * @param workflow {@code name@version}; empty for graphs of the callers' own
   */
  public record Ended(String workflow, String status, long count) {}

  /**
   * How long jobs of a workflow waited, and how long they ran, in seconds.
   *
   * @param workflow {@code name@version}; empty for graphs of the callers' own
   * @param count of how many jobs
   */
  public record Times(String workflow, long count, Percentiles waited, Percentiles ran) {}

  /** Half of them took no longer than {@code p50}, 95 of 100 no longer than {@code p95}. */
  public record Percentiles(double p50, double p95) {}

  /** From a time on, before another. */
  public record Span(Instant since, Instant until) {}

  private JdbcClient.StatementSpec statement(String name, Span span) {
    return jdbc.sql(sql.get(name))
        .param("since", JobRows.at(span.since()))
        .param("until", JobRows.at(span.until()));
  }

  /** How many jobs are queued now. */
  public long queued() {
    return jdbc.sql(sql.get("queued")).query(Long.class).single();
  }

  /** The ways in which jobs ended, the most frequent first. */
  public List<Ended> ended(Span span) {
    return statement("ended", span)
        .param("limit", MOST_ROWS)
        .query(
            (row, n) ->
                new Ended(row.getString("workflow"), row.getString("status"), row.getLong("n")))
        .list();
  }

  /** The times of the jobs that ran, of the most frequent workflows first. */
  public List<Times> times(Span span) {
    return statement("times", span)
        .param("limit", MOST_ROWS)
        .query(
            (row, n) ->
                new Times(
                    row.getString("workflow"),
                    row.getLong("n"),
                    new Percentiles(row.getDouble("waited_p50"), row.getDouble("waited_p95")),
                    new Percentiles(row.getDouble("ran_p50"), row.getDouble("ran_p95"))))
        .list();
  }

  /** For how many seconds each server ran prompts that have ended, by its name. */
  public Map<String, Double> busySeconds(Span span) {
    Map<String, Double> busy = new TreeMap<>();
    statement("busy", span)
        .query(
            row -> {
              busy.put(row.getString("backend"), row.getDouble("seconds"));
            });
    return busy;
  }

  /** What is counted by steps of time. */
  public enum Series {
    /** Jobs that ended, by their status. */
    ENDED("ended-steps"),
    /** Tries of deliveries, by their result. */
    TRIED("tried-steps"),
    /** Jobs that {@code joined} the line or {@code left} it. */
    LINE("line-steps");

    private final String statement;

    Series(String statement) {
      this.statement = statement;
    }
  }

  /** How many there were of a kind in a step; the first step is 0. */
  public record Step(int step, String word, long count) {}

  /**
   * Counts by steps of time; what there is none of is left out.
   *
   * @param seconds how long a step is
   */
  public List<Step> steps(Series series, Span span, int seconds) {
    return statement(series.statement, span)
        .param("seconds", seconds)
        .query((row, n) -> new Step(row.getInt("step"), row.getString("word"), row.getLong("n")))
        .list();
  }

  /** How many tries of deliveries had which result. */
  public Map<String, Long> deliveryTries(Span span) {
    Map<String, Long> tries = new TreeMap<>();
    statement("tries", span)
        .query(
            row -> {
              tries.put(row.getString("result"), row.getLong("n"));
            });
    return tries;
  }
}
