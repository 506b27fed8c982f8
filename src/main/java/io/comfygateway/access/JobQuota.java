package io.comfygateway.access;

import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Limits the jobs of a caller per day and per month (UTC). The count is stored in the database and
 * increased in the transaction that stores the job, so it is correct after a crash and across
 * gateways; a job that is deleted later still counts.
 */
public final class JobQuota {
  private static final int DAYS_KEPT = 62;

  private final JdbcClient jdbc;
  private final InstantSource clock;
  private final SqlFile sql = new SqlFile("/sql/access.sql");

  public JobQuota(JdbcClient jdbc, InstantSource clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * Prepares the count, outside of the transaction that stores the jobs.
   *
   * @param jobs how many
   * @return counts them when run in that transaction. It throws a {@link Problem} ({@link
   *     ProblemType#TOO_MANY_REQUESTS}) if that exceeds the quota; the transaction must then be
   *     rolled back
   */
  public Runnable prepare(Caller caller, int jobs) {
    KeyRestrictions.Rates rates = caller.restrictions().rates();
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    if (rates.jobsPerDay() > 0) {
      begin(caller, today.toString(), today);
    }
    if (rates.jobsPerMonth() > 0) {
      begin(caller, YearMonth.from(today).toString(), today);
    }
    return () -> count(caller, today, jobs);
  }

  private void begin(Caller caller, String period, LocalDate today) {
    try {
      int begun =
          jdbc.sql(sql.get("begin-usage"))
              .param("owner", caller.name())
              .param("period", period)
              .update();
      if (begun == 1) {
        jdbc.sql(sql.get("forget-usage"))
            .param("before", today.minusDays(DAYS_KEPT).toString())
            .update();
      }
    } catch (DuplicateKeyException e) {
      // Another request of the caller was first; the row is there.
      return;
    }
  }

  private void count(Caller caller, LocalDate today, int jobs) {
    KeyRestrictions.Rates rates = caller.restrictions().rates();
    if (rates.jobsPerDay() > 0) {
      ZonedDateTime end = today.plusDays(1).atStartOfDay(ZoneOffset.UTC);
      count(caller, new Period(today.toString(), rates.jobsPerDay(), end, "day"), jobs);
    }
    if (rates.jobsPerMonth() > 0) {
      YearMonth month = YearMonth.from(today);
      ZonedDateTime end = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC);
      count(caller, new Period(month.toString(), rates.jobsPerMonth(), end, "month"), jobs);
    }
  }

  private record Period(String name, long limit, ZonedDateTime end, String word) {}

  private void count(Caller caller, Period period, int jobs) {
    int counted =
        jdbc.sql(sql.get("count-jobs"))
            .param("owner", caller.name())
            .param("period", period.name())
            .param("jobs", jobs)
            .param("limit", period.limit())
            .update();
    if (counted == 0) {
      long wait = Duration.between(clock.instant(), period.end().toInstant()).toSeconds() + 1;
      throw new Problem(
              ProblemType.TOO_MANY_REQUESTS,
              "The key \"%s\" may make %d jobs a %s of UTC, and has made %s. The next one can be made at %s."
                  .formatted(
                      caller.name(),
                      period.limit(),
                      period.word(),
                      jobs == 1 ? "them" : "too many of them for " + jobs + " more",
                      period.end().toInstant()))
          .withHeader("Retry-After", Long.toString(wait));
    }
  }
}
