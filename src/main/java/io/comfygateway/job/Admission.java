package io.comfygateway.job;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.database.SqlFile;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whether more jobs may wait. Far from a limit a count of the last second decides; near it,
 * gateways count one after the other, so that together they keep the limit exactly.
 */
final class Admission {
  private static final String RETRY_AFTER_SECONDS = "10";
  private static final Duration COUNT_USED_FOR = Duration.ofSeconds(1);

  // More than all gateways together accept in the time that a count is used.
  private static final int NEAR = 1_000;

  private final JdbcClient jdbc;
  private final SqlFile sql = new SqlFile("/sql/job.sql");
  private final FairQueue order;
  private final QueueLimits limits;
  private final InstantSource clock;
  private volatile Count count;

  private record Count(
      Instant at, int all, Map<String, Integer> byOwner, AtomicInteger acceptedSince) {}

  Admission(JdbcClient jdbc, FairQueue order, QueueLimits limits, InstantSource clock) {
    this.jdbc = jdbc;
    this.order = order;
    this.limits = limits;
    this.clock = new SteadyClock(clock);
    this.count = new Count(Instant.MIN, 0, Map.of(), new AtomicInteger());
  }

  /**
   * Checks the limits. Call it at the beginning of the transaction that stores jobs.
   *
   * @param more how many are about to be stored
   * @throws Problem if a limit is reached
   */
  void require(String owner, int more) {
    if (limits.waiting() == QueueLimits.NONE && limits.of(owner).waiting() == QueueLimits.NONE) {
      return;
    }
    Count recent = recent();
    int since = recent.acceptedSince().getAndAdd(more) + more - 1;
    boolean nearAll = isNear(recent.all() + since, limits.waiting());
    boolean nearOwn =
        isNear(recent.byOwner().getOrDefault(owner, 0) + since, limits.of(owner).waiting());
    if (nearAll || nearOwn) {
      jdbc.sql(sql.get("take-admission")).query(Integer.class).single();
      checkOwn(owner, nearOwn ? own(owner) : 0, more);
      checkAll(nearAll ? all() : 0, more);
    }
  }

  /**
   * Checks the limits by a count of the last second, before jobs are prepared.
   *
   * @throws Problem if a limit is reached
   */
  void expect(String owner, int more) {
    if (limits.waiting() != QueueLimits.NONE || limits.of(owner).waiting() != QueueLimits.NONE) {
      Count recent = recent();
      checkOwn(owner, recent.byOwner().getOrDefault(owner, 0), more);
      checkAll(recent.all(), more);
    }
  }

  private static boolean isNear(int waiting, int limit) {
    return limit != QueueLimits.NONE && waiting > limit - NEAR;
  }

  private Count recent() {
    Count known = count;
    return known.at().plus(COUNT_USED_FOR).isAfter(clock.instant()) ? known : counted();
  }

  private Count counted() {
    Instant now = clock.instant();
    Map<String, Integer> byOwner = order.waiting();
    int all = byOwner.values().stream().mapToInt(Integer::intValue).sum();
    Count fresh = new Count(now, all, byOwner, new AtomicInteger());
    count = fresh;
    return fresh;
  }

  private int own(String owner) {
    return jdbc.sql(sql.get("count-queued-of")).param("owner", owner).query(Integer.class).single();
  }

  private int all() {
    return jdbc.sql(sql.get("count-queued")).query(Integer.class).single();
  }

  private void checkOwn(String owner, int waiting, int more) {
    int mayWait = limits.of(owner).waiting();
    if (waiting > mayWait - more) {
      throw full(
          ProblemType.KEY_QUEUE_FULL,
          "The key \"%s\" has %d jobs waiting, and no more than %d may (GATEWAY_MAX_WAITING_PER_KEY)%s. Send again when some have run, or cancel some."
              .formatted(owner, waiting, mayWait, asked(more)));
    }
  }

  private void checkAll(int waiting, int more) {
    if (waiting > limits.waiting() - more) {
      throw full(
          ProblemType.QUEUE_FULL,
          "%d jobs wait, and no more than %d may (GATEWAY_MAX_WAITING)%s. Send again when some have run."
              .formatted(waiting, limits.waiting(), asked(more)));
    }
  }

  private static String asked(int more) {
    return more == 1 ? "" : "; this request brings " + more;
  }

  private static Problem full(ProblemType limit, String detail) {
    return new Problem(limit, detail).withHeader("Retry-After", RETRY_AFTER_SECONDS);
  }
}
