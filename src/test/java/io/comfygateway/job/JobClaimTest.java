package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.comfygateway.database.DatabaseKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which job is given to which backend. */
class JobClaimTest extends StoreTest {

  @Test
  void a_requeued_job_waits_no_longer_if_the_clock_is_set_back_meanwhile() {
    Job given = claimed(Draft.of("me"));
    transitions.requeue(given.id(), given.fence(), Duration.ofSeconds(3), 1);
    Duration step = Duration.ofHours(1);

    clock.advance(step.negated());
    queue.clockSetBack(step);
    clock.advance(Duration.ofSeconds(3));

    assertThat(Claims.first(queue, Map.of("gpu-1", 1))).isPresent();
  }

  @Test
  void nothing_is_claimed_from_an_empty_queue() {
    assertThat(Claims.first(queue, Map.of("gpu-1", 2))).isEmpty();
  }

  @Test
  void nothing_is_claimed_without_a_backend() {
    accepted(Draft.of("me"));

    assertThat(Claims.first(queue, Map.of())).isEmpty();
  }

  @Test
  void a_claimed_job_says_who_has_it() {
    Job waiting = accepted(Draft.of("me"));

    Job job = Claims.first(queue, Map.of("gpu-1", 2)).orElseThrow();

    assertThat(job.id()).isEqualTo(waiting.id());
    assertThat(job.stage()).isEqualTo(Stage.SUBMITTED);
    assertThat(job.status()).isEqualTo(JobStatus.QUEUED);
    assertThat(job.place()).isEqualTo(new Job.Place(Optional.of("gpu-1"), 1, waiting.fence() + 1));
    assertThat(queries.find(job.id())).contains(job);
  }

  @Test
  void higher_priority_goes_first_then_who_came_first() {
    UUID usual = accepted(Draft.of("me")).id();
    UUID low = accepted(Draft.of("me").priority(-100)).id();
    UUID high = accepted(Draft.of("me").priority(100)).id();
    UUID usualLater = accepted(Draft.of("you")).id();
    UUID highLater = accepted(Draft.of("you").priority(100)).id();

    assertThat(claimAll(queue, Map.of("gpu-1", 10)))
        .extracting(Job::id)
        .containsExactly(high, highLater, usual, usualLater, low);
  }

  @Test
  void a_backend_gets_no_more_than_its_window() {
    IntStream.range(0, 5).forEach(n -> accepted(Draft.of("me")));

    assertThat(backends(claimAll(queue, Map.of("gpu-1", 2)))).containsExactly("gpu-1", "gpu-1");
    assertThat(queue.waiting()).isEqualTo(3);
  }

  @Test
  void what_is_being_collected_or_has_ended_takes_no_room() {
    IntStream.range(0, 3).forEach(n -> accepted(Draft.of("me")));
    Job first = Claims.first(queue, Map.of("gpu-1", 1)).orElseThrow();
    transitions.collecting(first, clock.instant(), "{}");

    Job second = Claims.first(queue, Map.of("gpu-1", 1)).orElseThrow();
    assertThat(Claims.first(queue, Map.of("gpu-1", 1))).isEmpty();

    transitions.finish(second, JobStatus.FAILED, second.facts());
    assertThat(Claims.first(queue, Map.of("gpu-1", 1))).isPresent();
  }

  @Test
  void the_least_occupied_backend_is_preferred_and_among_equals_the_first_named() {
    IntStream.range(0, 5).forEach(n -> accepted(Draft.of("me")));
    Map<String, Integer> rooms = new LinkedHashMap<>();
    rooms.put("gpu-2", 3);
    rooms.put("gpu-1", 3);

    assertThat(
            backends(
                IntStream.range(0, 5)
                    .mapToObj(n -> Claims.first(queue, rooms).orElseThrow())
                    .toList()))
        .containsExactly("gpu-2", "gpu-1", "gpu-2", "gpu-1", "gpu-2");
  }

  @Test
  void a_requeued_job_waits_until_it_is_due_and_then_keeps_its_place() {
    Job job = claimed(Draft.of("me"));
    UUID later = accepted(Draft.of("me")).id();
    assertThat(transitions.requeue(job.id(), job.fence(), Duration.ofSeconds(2), 0)).isTrue();

    assertThat(Claims.first(queue, Map.of("gpu-1", 9))).map(Job::id).contains(later);
    assertThat(Claims.first(queue, Map.of("gpu-1", 9))).isEmpty();

    clock.advance(Duration.ofSeconds(2));
    accepted(Draft.of("me"));
    Job again = Claims.first(queue, Map.of("gpu-1", 9)).orElseThrow();
    assertThat(again.id()).isEqualTo(job.id());
    assertThat(again.place().attempts()).isEqualTo(1);
    assertThat(again.fence()).isGreaterThan(job.fence());
  }

  @Test
  void a_job_is_never_claimed_twice_however_many_claim_at_once() {
    int waiting = 60;
    IntStream.range(0, waiting).forEach(n -> accepted(Draft.of("me").priority(n % 3)));
    Map<String, Integer> rooms = Map.of("gpu-1", waiting, "gpu-2", waiting);

    List<Job> claimed =
        AtOnce.run(8, n -> claimAll(queue, rooms)).stream().flatMap(List::stream).toList();

    assertThat(claimed).extracting(Job::id).doesNotHaveDuplicates().hasSize(waiting);
    assertThat(claimed).allSatisfy(job -> assertThat(job.place().attempts()).isEqualTo(1));
  }

  @Test
  void gateways_that_share_a_database_never_give_a_backend_more_than_its_window() {
    IntStream.range(0, 40).forEach(n -> accepted(Draft.of("me")));
    Map<String, Integer> rooms = Map.of("gpu-1", 3, "gpu-2", 2, "gpu-3", 1);
    List<JobQueue> gateways =
        IntStream.range(0, 4)
            .mapToObj(
                n ->
                    gateway("gateway-" + n, kind == DatabaseKind.H2 ? database : openOnceMore())
                        .queue())
            .toList();

    List<Job> claimed =
        AtOnce.run(8, n -> claimAll(gateways.get(n % 4), rooms)).stream()
            .flatMap(List::stream)
            .toList();

    assertThat(perBackend(claimed))
        .containsOnly(entry("gpu-1", 3), entry("gpu-2", 2), entry("gpu-3", 1));
    assertThat(claimed).extracting(Job::id).doesNotHaveDuplicates();
  }

  @Test
  void windows_hold_while_other_gateways_finish_jobs() {
    int all = 40;
    int window = 2;
    IntStream.range(0, all).forEach(n -> accepted(Draft.of("me")));
    List<JobQueue> gateways =
        IntStream.range(0, 4)
            .mapToObj(
                n ->
                    gateway("gateway-" + n, kind == DatabaseKind.H2 ? database : openOnceMore())
                        .queue())
            .toList();

    List<Integer> done =
        AtOnce.run(
            4,
            n -> {
              JobQueue gateway = gateways.get(n);
              int finished = 0;
              while (queue.waiting() > 0) {
                Optional<Job> job = Claims.first(gateway, Map.of("gpu-1", window));
                assertThat(given()).isLessThanOrEqualTo(window);
                if (job.isPresent()) {
                  assertThat(transitions.finish(job.get(), JobStatus.SUCCEEDED, job.get().facts()))
                      .isPresent();
                  finished++;
                }
              }
              return finished;
            });

    assertThat(done.stream().mapToInt(Integer::intValue).sum()).isEqualTo(all);
  }

  @Test
  void a_job_that_is_cancelled_while_it_is_being_claimed_ends_or_is_given_but_never_both() {
    int all = 30;
    List<Job> waiting = IntStream.range(0, all).mapToObj(n -> accepted(Draft.of("me"))).toList();

    List<List<UUID>> both =
        AtOnce.run(
            2,
            n ->
                n == 0
                    ? claimAll(queue, Map.of("gpu-1", all)).stream().map(Job::id).toList()
                    : waiting.stream()
                        .filter(
                            job ->
                                transitions
                                    .finish(job, JobStatus.CANCELLED, job.facts())
                                    .isPresent())
                        .map(Job::id)
                        .toList());

    assertThat(Stream.concat(both.get(0).stream(), both.get(1).stream()))
        .doesNotHaveDuplicates()
        .hasSize(all);
  }

  @Test
  void the_place_in_the_queue_counts_who_goes_before() {
    Job third = accepted(Draft.of("me"));
    Job fourth = accepted(Draft.of("you"));
    Job second = accepted(Draft.of("you").priority(1));
    Job first = accepted(Draft.of("you").priority(2));

    assertThat(Stream.of(first, second, third, fourth).map(jobs.positions()::of))
        .containsExactly(1, 2, 3, 4);

    Claims.first(queue, Map.of("gpu-1", 1));
    assertThat(jobs.positions().of(third)).isEqualTo(2);
  }

  private int given() {
    return database
        .jdbc()
        .sql("SELECT COUNT(*) FROM job WHERE stage = 'given'")
        .query(Integer.class)
        .single();
  }

  private static List<Job> claimAll(JobQueue from, Map<String, Integer> rooms) {
    List<Job> claimed = new ArrayList<>();
    Optional<Job> next = Claims.first(from, rooms);
    while (next.isPresent()) {
      claimed.add(next.get());
      next = Claims.first(from, rooms);
    }
    return claimed;
  }

  private static List<String> backends(List<Job> claimed) {
    return claimed.stream().map(Job::backend).toList();
  }

  private static Map<String, Integer> perBackend(List<Job> claimed) {
    Map<String, Integer> counts = new HashMap<>();
    claimed.forEach(job -> counts.merge(job.backend(), 1, Integer::sum));
    return counts;
  }

  @Test
  void all_free_places_are_filled_in_one_claim_with_callers_in_turn() {
    for (String owner : List.of("ann", "ann", "bob", "ann")) {
      accepted(Draft.of(owner));
    }

    List<Claim> claims = queue.claim(Map.of("gpu-1", 2, "gpu-2", 1), Claims.ANYWHERE, 9);

    assertThat(claims)
        .extracting(claim -> claim.job().owner())
        .containsExactly("ann", "bob", "ann");
    assertThat(claims)
        .extracting(claim -> claim.job().backend())
        .containsExactlyInAnyOrder("gpu-1", "gpu-1", "gpu-2");
    assertThat(claims)
        .allSatisfy(claim -> assertThat(queries.find(claim.job().id())).contains(claim.job()));
    assertThat(queue.waiting()).isEqualTo(1);
  }
}
