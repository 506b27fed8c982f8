package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.TestJson;
import io.comfygateway.database.TestSeal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs whose files are to be fetched before they wait for a backend. */
class FetchQueueTest extends StoreTest {
  private static final String URL = "https://example.org/cat.png";
  private static final Duration FILE = Duration.ofSeconds(60);
  private static final Map<UUID, String> NOTHING = Map.of();

  private FetchQueue queue(String gateway) {
    return queue(gateway, 100, 100);
  }

  private FetchQueue queue(String gateway, int most, int perCaller) {
    return new FetchQueue(
        database.jdbc(),
        database.transaction(),
        TestJson.MAPPER,
        new TestSeal(),
        clock,
        new Lease(gateway, LEASE),
        new FetchQueue.Limits(most, perCaller, FILE));
  }

  private static List<String> owners(List<Fetch> fetches) {
    return fetches.stream().map(fetch -> fetch.job().owner()).toList();
  }

  @Test
  void a_job_with_a_URL_gets_no_backend_before_its_file_is_there() {
    Job job = accepted(Draft.of("me").url(URL));

    assertThat(job.stage()).isEqualTo(Stage.FETCHING);
    assertThat(job.status()).isEqualTo(JobStatus.QUEUED);
    assertThat(Claims.first(jobs.queue(), Map.of("gpu-1", 9))).isEmpty();
    assertThat(queue.waiting()).isEqualTo(1);
    accepted(Draft.of("me"));
    assertThat(queue("gateway-1").claim(NOTHING))
        .extracting(fetch -> fetch.job().id())
        .containsExactly(job.id());
  }

  @Test
  void a_job_whose_files_are_there_waits_for_a_backend_with_them() {
    Job job = accepted(Draft.of("me").url(URL));
    FetchQueue queue = queue("gateway-1");
    Fetch fetch = queue.claim(NOTHING).get(0);
    JobDocument document = queries.document(job.id());
    JobDocument.Media there = document.media().get(0).at("x/1", "image/png", "cat.png");

    assertThat(queue.fetched(fetch, document.with(List.of(there)))).isTrue();

    assertThat(queries.document(job.id()).isToBeFetched()).isFalse();
    assertThat(queries.document(job.id()).media()).containsExactly(there);
    assertThat(Claims.first(jobs.queue(), Map.of("gpu-1", 1))).map(Job::id).contains(job.id());
    assertThat(queue.fetched(fetch, document)).isFalse();
  }

  @Test
  void no_more_are_fetched_at_a_time_than_may_be() {
    IntStream.range(0, 5).forEach(n -> accepted(Draft.of("me").url(URL)));
    IntStream.range(0, 5).forEach(n -> accepted(Draft.of("you").url(URL)));
    FetchQueue queue = queue("gateway-1", 3, 2);

    List<Fetch> first = queue.claim(NOTHING);

    assertThat(owners(first)).containsExactly("me", "you", "me");
    Map<UUID, String> busy =
        first.stream().collect(Collectors.toMap(f -> f.job().id(), f -> f.job().owner()));
    assertThat(queue.claim(busy)).isEmpty();
    busy.values().remove("me");
    assertThat(owners(queue.claim(busy))).containsExactly("you");
  }

  @Test
  void higher_priority_is_fetched_first() {
    accepted(Draft.of("me").url(URL));
    Job urgent = accepted(Draft.of("you").priority(9).url(URL));

    assertThat(queue("gateway-1", 1, 1).claim(NOTHING))
        .extracting(fetch -> fetch.job().id())
        .containsExactly(urgent.id());
  }

  @Test
  void a_job_that_waits_for_its_next_try_gives_up_its_place_and_keeps_its_time() {
    accepted(Draft.of("me").url(URL));
    FetchQueue queue = queue("gateway-1");
    Fetch first = queue.claim(NOTHING).get(0);
    assertThat(first.tries()).isEqualTo(1);
    assertThat(first.until()).isEqualTo(clock.instant().plus(FILE));

    assertThat(queue.again(first, Duration.ofSeconds(5))).isTrue();

    assertThat(queue.claim(NOTHING)).isEmpty();
    clock.advance(Duration.ofSeconds(5));
    Fetch second = queue.claim(NOTHING).get(0);
    assertThat(second.tries()).isEqualTo(2);
    assertThat(second.until()).isEqualTo(first.until());
  }

  @Test
  void time_without_a_free_place_is_not_taken_from_the_file() {
    accepted(Draft.of("me").url(URL));
    FetchQueue queue = queue("gateway-1");
    Fetch first = queue.claim(NOTHING).get(0);
    queue.again(first, Duration.ofSeconds(5));

    clock.advance(Duration.ofSeconds(305));

    assertThat(queue.claim(NOTHING).get(0).until()).isEqualTo(first.until().plusSeconds(300));
  }

  @Test
  void what_a_gateway_had_that_is_gone_is_fetched_by_another_with_time_of_its_own() {
    accepted(Draft.of("me").url(URL));
    Fetch lost = queue("gateway-1").claim(NOTHING).get(0);
    FetchQueue other = queue("gateway-2");
    assertThat(other.claim(NOTHING)).isEmpty();

    clock.advance(LEASE.plusSeconds(1));
    Fetch taken = other.claim(NOTHING).get(0);

    assertThat(taken.tries()).isEqualTo(2);
    assertThat(taken.since()).isEqualTo(clock.instant());
    assertThat(taken.until()).isEqualTo(clock.instant().plus(FILE));
    assertThat(queue("gateway-1").again(lost, Duration.ZERO)).isFalse();
    assertThat(queue("gateway-1").fetched(lost, queries.document(lost.job().id()))).isFalse();
  }

  @Test
  void what_a_gateway_had_before_it_was_killed_is_its_own_at_once() {
    accepted(Draft.of("me").url(URL));
    Fetch lost = queue("gateway-1").claim(NOTHING).get(0);

    assertThat(queue("gateway-1").claim(Map.of(lost.job().id(), "me"))).isEmpty();
    assertThat(queue("gateway-1").claim(NOTHING)).hasSize(1);
  }

  @Test
  void a_heartbeat_keeps_what_is_being_fetched() {
    accepted(Draft.of("me").url(URL));
    queue("gateway-1").claim(NOTHING);
    clock.advance(LEASE.minusSeconds(1));

    leases.heartbeat();
    clock.advance(Duration.ofSeconds(2));

    assertThat(queue("gateway-2").claim(NOTHING)).isEmpty();
    leases.handOver();
    clock.advance(Duration.ofMillis(1));
    assertThat(queue("gateway-2").claim(NOTHING)).hasSize(1);
  }

  @Test
  void a_job_that_was_cancelled_or_has_expired_is_not_fetched_and_found_to_be_ended() {
    Job cancelled = accepted(Draft.of("me").url(URL));
    Job expired = accepted(Draft.of("me").url(URL).expires(clock.instant().plusSeconds(5)));
    transitions.requestCancel(cancelled.id());
    clock.advance(Duration.ofSeconds(5));

    assertThat(queue("gateway-1").claim(NOTHING)).isEmpty();
    assertThat(queries.cancelledWaiting()).extracting(Job::id).containsExactly(cancelled.id());
    assertThat(queries.expiredWaiting()).extracting(Job::id).containsExactly(expired.id());
  }

  @Test
  void a_job_that_ends_while_its_file_is_fetched_stays_ended() {
    Job job = accepted(Draft.of("me").url(URL));
    FetchQueue queue = queue("gateway-1");
    Fetch fetch = queue.claim(NOTHING).get(0);

    assertThat(transitions.finish(fetch.job(), JobStatus.CANCELLED, job.facts())).isPresent();

    assertThat(queue.fetched(fetch, queries.document(job.id()))).isFalse();
    assertThat(queue.again(fetch, Duration.ZERO)).isFalse();
    assertThat(queue.claim(NOTHING)).isEmpty();
    assertThat(queries.find(job.id())).map(Job::status).contains(JobStatus.CANCELLED);
  }

  @Test
  void a_job_that_was_given_to_a_backend_without_its_file_has_it_fetched_first() {
    accepted(Draft.of("me").url(URL));
    FetchQueue queue = queue("gateway-1");
    Fetch fetch = queue.claim(NOTHING).get(0);
    queue.fetched(fetch, queries.document(fetch.job().id()));
    Job given = Claims.first(jobs.queue(), Map.of("gpu-1", 1)).orElseThrow();

    assertThat(queue.fetchFirst(given)).isTrue();

    Job again = queries.find(given.id()).orElseThrow();
    assertThat(again.stage()).isEqualTo(Stage.FETCHING);
    assertThat(again.place().backend()).isEqualTo(Optional.empty());
    assertThat(again.place().attempts()).isZero();
    assertThat(queue.claim(NOTHING)).hasSize(1);
  }
}
