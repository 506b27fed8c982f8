package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.database.DatabaseKind;
import io.comfygateway.database.SqlFile;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whose job is served next. */
class FairQueueTest extends StoreTest {
  private static final Map<String, Integer> ROOM = Map.of("gpu-1", 1_000);
  private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");
  private static final String LONG_AGO = "TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00+00'";

  @Test
  void callers_of_equal_priority_take_turns_however_many_jobs_one_of_them_has() {
    IntStream.range(0, 6).forEach(n -> accepted(Draft.of("flood")));
    accepted(Draft.of("ann"));
    accepted(Draft.of("zoe"));
    accepted(Draft.of("zoe"));

    assertThat(ownersOf(all(queue)))
        .containsExactly("ann", "flood", "zoe", "flood", "zoe", "flood", "flood", "flood", "flood");
  }

  @Test
  void whose_turn_it_is_outlives_the_gateway_and_holds_for_all_of_them() {
    IntStream.range(0, 3)
        .forEach(n -> Stream.of("ann", "bob", "eve").forEach(o -> accepted(Draft.of(o))));

    List<String> served = new ArrayList<>();
    for (int n = 0; n < 9; n++) {
      JobQueue gateway =
          gateway("gateway-" + n % 3, kind == DatabaseKind.H2 ? database : openOnceMore()).queue();
      served.add(Claims.first(gateway, ROOM).orElseThrow().owner());
    }

    assertThat(served)
        .containsExactly("ann", "bob", "eve", "ann", "bob", "eve", "ann", "bob", "eve");
  }

  @Test
  void each_priority_has_its_own_turns_so_that_urgent_jobs_of_one_caller_starve_nobody() {
    Stream.of("ann", "bob", "eve").forEach(o -> accepted(Draft.of(o)));
    Stream.of("ann", "bob", "eve").forEach(o -> accepted(Draft.of(o)));
    List<String> served = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      accepted(Draft.of("zoe").priority(5));
      assertThat(Claims.first(queue, ROOM).orElseThrow().owner()).isEqualTo("zoe");
      served.add(Claims.first(queue, ROOM).orElseThrow().owner());
    }

    assertThat(served).containsExactly("ann", "bob", "eve", "ann", "bob", "eve");
  }

  @Test
  void a_caller_who_has_as_much_running_as_allowed_is_passed_over_until_one_has_ended() {
    JobQueue limited =
        gateway(
                "gateway-1",
                database,
                QueueLimits.same(QueueLimits.NONE, new QueueLimits.PerCaller(QueueLimits.NONE, 2)))
            .queue();
    IntStream.range(0, 5).forEach(n -> accepted(Draft.of("flood").priority(9)));
    accepted(Draft.of("ann"));
    accepted(Draft.of("bob").priority(9));

    List<Job> claimed = all(limited);
    assertThat(ownersOf(claimed)).containsExactly("bob", "flood", "flood", "ann");

    Job ended = claimed.get(1);
    transitions.finish(ended, JobStatus.SUCCEEDED, ended.facts());
    assertThat(ownersOf(all(limited))).containsExactly("flood");
  }

  @Test
  void limits_of_what_runs_hold_across_gateways() {
    IntStream.range(0, 20)
        .forEach(n -> Stream.of("ann", "bob").forEach(o -> accepted(Draft.of(o))));
    QueueLimits limits =
        QueueLimits.same(QueueLimits.NONE, new QueueLimits.PerCaller(QueueLimits.NONE, 3));
    List<JobQueue> gateways =
        IntStream.range(0, 4)
            .mapToObj(
                n ->
                    gateway(
                            "gateway-" + n,
                            kind == DatabaseKind.H2 ? database : openOnceMore(),
                            limits)
                        .queue())
            .toList();

    List<Job> claimed =
        AtOnce.run(4, n -> all(gateways.get(n))).stream().flatMap(List::stream).toList();

    assertThat(claimed.stream().collect(Collectors.groupingBy(Job::owner, Collectors.counting())))
        .isEqualTo(Map.of("ann", 3L, "bob", 3L));
  }

  @Test
  void what_has_expired_or_is_not_due_yet_is_not_served() {
    Job later = claimed(Draft.of("bob"));
    transitions.requeue(later.id(), later.fence(), Duration.ofMinutes(1), 0);
    accepted(Draft.of("ann").expires(clock.instant().plusSeconds(5)));
    UUID third = accepted(Draft.of("eve")).id();
    clock.advance(Duration.ofSeconds(5));

    assertThat(all(queue)).extracting(Job::id).containsExactly(third);
  }

  @Test
  void the_position_that_is_told_is_the_order_in_which_jobs_are_served() {
    Random random = new Random(7);
    for (int n = 0; n < 60; n++) {
      String owner = "caller-" + random.nextInt(5);
      accepted(Draft.of(owner).priority(random.nextInt(3) - 1));
      if (n % 10 == 9) {
        Claims.first(queue, ROOM);
      }
    }
    List<Job> waiting =
        IntStream.range(0, 5)
            .mapToObj(n -> "caller-" + n)
            .flatMap(
                o ->
                    listed(
                        Optional.of(o), Optional.of(JobStatus.QUEUED), Optional.empty(), 1_000, 100)
                        .stream())
            .filter(job -> job.stage() == Stage.QUEUED)
            .toList();
    Map<UUID, Integer> told =
        waiting.stream().collect(Collectors.toMap(Job::id, jobs.positions()::of));
    assertThat(jobs.positions().of(waiting)).isEqualTo(told);

    List<UUID> served = all(queue).stream().map(Job::id).toList();

    assertThat(served).hasSize(54);
    assertThat(served).allSatisfy(id -> assertThat(told.get(id)).isEqualTo(served.indexOf(id) + 1));
  }

  @Test
  void in_a_long_line_everybody_is_counted_once_a_moment_and_what_comes_is_placed_behind() {
    IntStream.range(0, 150).forEach(n -> accepted(Draft.of("flood")));
    IntStream.range(0, 3).forEach(n -> accepted(Draft.of("ann")));
    Job first = accepted(Draft.of("flood"));
    assertThat(jobs.positions().of(first)).isEqualTo(154);

    IntStream.range(0, 10).forEach(n -> Claims.first(queue, ROOM));
    Job second = accepted(Draft.of("flood"));
    Job third = accepted(Draft.of("flood"));
    Job newcomer = accepted(Draft.of("zoe"));
    assertThat(jobs.positions().of(second)).isEqualTo(155);
    assertThat(jobs.positions().of(third)).isEqualTo(156);
    assertThat(jobs.positions().of(newcomer)).as("whose turn is not known yet").isEqualTo(1);

    clock.advance(Duration.ofSeconds(1));
    assertThat(jobs.positions().of(third)).isEqualTo(147);
    List<Job> page = List.of(newcomer, third, second, first);
    assertThat(jobs.positions().of(page))
        .isEqualTo(page.stream().collect(Collectors.toMap(Job::id, jobs.positions()::of)));
    List<UUID> served = all(queue).stream().map(Job::id).toList();
    assertThat(served.indexOf(third.id())).isEqualTo(146);
    assertThat(served.indexOf(newcomer.id())).isZero();
  }

  @Test
  void the_next_job_and_the_place_of_the_last_are_found_without_looking_through_those_that_wait() {
    database.jdbc().sql(many()).update();

    assertFewAreRead("best-line", "job_in_");
    for (String name : List.of("next-after", "next-around")) {
      assertFewAreRead(name, "job_in_order");
    }
    if (kind == DatabaseKind.H2) {
      // PostgreSQL counts a range of few jobs by another index.
      assertFewAreRead("waiting-between", "job_in_line");
    }
  }

  @Test
  void what_is_cancelled_or_has_waited_too_long_is_found_without_looking_through_those_that_wait() {
    database.jdbc().sql(many()).update();

    assertFewAreRead("cancelled-waiting", "job_by_expiry");
    assertFewAreRead("expired-waiting", "job_by_expiry");
  }

  @Test
  void a_page_of_a_status_that_few_jobs_have_reads_no_others() {
    database.jdbc().sql(many()).update();
    accepted(Draft.of("ann"));
    database.jdbc().sql("UPDATE job SET status = 'cancelled' WHERE owner = 'ann'").update();

    assertFewAreRead("list-status", "job_by_status");
    assertFewAreRead("first-ended", "job_by_end");
    assertThat(
            listed(
                Optional.empty(),
                Optional.of(JobStatus.CANCELLED),
                Optional.empty(),
                Long.MAX_VALUE,
                10))
        .extracting(Job::owner)
        .containsExactly("ann");
  }

  private void assertFewAreRead(String name, String index) {
    String plan =
        String.join(
            "\n",
            database
                .jdbc()
                .sql("EXPLAIN ANALYZE " + new SqlFile("/sql/job.sql").get(name))
                .param("stage", "queued")
                .param("line", -1)
                .param("from", from(name))
                .param("after", after(name))
                .param("until", JobRows.at(clock.instant().plusSeconds(60)))
                .param("last", "caller-5")
                .param("unmet", java.util.Set.of(""))
                .param("now", JobRows.at(clock.instant()))
                .param("owner", "caller-3")
                .param("to", 10_000)
                .param("status", "cancelled")
                .param("before", Long.MAX_VALUE)
                .param("workflow", null, Types.VARCHAR)
                .param("anyVersion", null, Types.VARCHAR)
                .param("firstId", new UUID(0, 0))
                .param("lastId", new UUID(-1, -1))
                .param("delivery", null, Types.VARCHAR)
                .param("anyEnd", true)
                .param("endedFrom", JobRows.at(clock.instant()))
                .param("endedBefore", JobRows.at(clock.instant().plusSeconds(60)))
                .param("limit", 10)
                .query(String.class)
                .list());

    assertThat(plan).as(name).containsIgnoringCase(index);
    assertThat(plan).as(name).doesNotContain("Seq Scan on job ", "Sort");
    if (kind == DatabaseKind.H2) {
      assertThat(SCANNED.matcher(plan).results().map(found -> found.group(1)))
          .as(plan)
          .isNotEmpty()
          .allSatisfy(rows -> assertThat(Integer.parseInt(rows)).isLessThan(5));
    }
  }

  private static Object after(String name) {
    return List.of("list-status", "first-ended").contains(name)
        ? JobRows.at(java.time.Instant.EPOCH)
        : "caller-3";
  }

  private static Object from(String name) {
    return switch (name) {
      case "best-line" -> -1;
      case "list-status", "first-ended" -> 0;
      case "waiting-between" -> 9_950;
      default -> "caller-3\u0001";
    };
  }

  private String many() {
    return """
        INSERT INTO job (id, owner, status, stage, priority, line, due_at, created_at, facts)
        SELECT %s, CONCAT('caller-', MOD(x, 10)), 'queued', 'queued', MOD(x, 3), -MOD(x, 3), %s, %s, '{}' FROM %s
        """
        .formatted(
            kind == DatabaseKind.H2 ? "RANDOM_UUID()" : "gen_random_uuid()",
            LONG_AGO,
            LONG_AGO,
            kind == DatabaseKind.H2
                ? "SYSTEM_RANGE(1, 10000) t(x)"
                : "generate_series(1, 10000) t(x)");
  }

  private static List<String> ownersOf(List<Job> claimed) {
    return claimed.stream().map(Job::owner).toList();
  }

  private static List<Job> all(JobQueue gateway) {
    List<Job> claimed = new ArrayList<>();
    Optional<Job> job = Claims.first(gateway, ROOM);
    while (job.isPresent()) {
      claimed.add(job.get());
      job = Claims.first(gateway, ROOM);
    }
    return claimed;
  }
}
