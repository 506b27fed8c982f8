package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.AtOnce;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Lease;
import io.comfygateway.job.StoreTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which deliveries are tried when, and by whom. */
class DeliveryStoreTest extends StoreTest {
  private static final Duration TRY = Duration.ofMinutes(2);
  private static final Verdict DELIVERED = new Verdict.Delivered();
  private static final Verdict GIVEN_UP = new Verdict.GiveUp("the receiver answered 400");

  private DeliveryStore deliveries;
  private UUID job;

  @BeforeEach
  void openDeliveries() {
    deliveries = deliveries("gateway-1");
    job = accepted(Draft.of("me")).id();
  }

  @Test
  void a_new_delivery_is_due_at_once() {
    UUID id = add("a.example.org");

    Delivery claimed = claimOne();

    assertThat(claimed)
        .isEqualTo(
            new Delivery(
                id,
                job,
                "me",
                "callback",
                "succeeded",
                "due",
                "a.example.org",
                new Delivery.Tries(1, Optional.of(clock.instant())),
                1,
                new Delivery.Last(Optional.empty(), Optional.empty())));
    assertThat(deliveries.find(id)).contains(claimed);
    assertThat(deliveries.of(job)).containsExactly(claimed);
  }

  @Test
  void nobody_else_tries_a_delivery_that_is_under_way() {
    add("a.example.org");
    claimOne();

    assertThat(claim()).isEmpty();
    assertThat(claim(deliveries("gateway-2"))).isEmpty();
  }

  @Test
  void a_delivery_whose_gateway_died_is_tried_again_under_the_same_id() {
    UUID id = add("a.example.org");
    Delivery first = claimOne();
    DeliveryStore other = deliveries("gateway-2");

    clock.advance(TRY);
    assertThat(claim(other)).isEmpty();
    clock.advance(Duration.ofMillis(1));
    List<Delivery> again = claim(other);

    assertThat(again).extracting(Delivery::id).containsExactly(id);
    assertThat(again.get(0).tries()).isEqualTo(new Delivery.Tries(2, first.tries().first()));
    assertThat(deliveries.settle(first, DELIVERED, Optional.of(200))).isFalse();
    assertThat(status(id)).isEqualTo("due");
    assertThat(other.settle(again.get(0), DELIVERED, Optional.of(200))).isTrue();
    assertThat(status(id)).isEqualTo("delivered");
  }

  @Test
  void a_try_that_takes_long_stays_with_its_gateway_as_long_as_that_is_heard_of() {
    add("a.example.org");
    Delivery tried = claimOne();
    DeliveryStore other = deliveries("gateway-2");

    clock.advance(TRY);
    deliveries.heartbeat(List.of(tried.id()));
    other.heartbeat(List.of(tried.id()));
    clock.advance(TRY);
    assertThat(claim(other)).isEmpty();

    clock.advance(Duration.ofMillis(1));
    assertThat(claim(other)).hasSize(1);
    assertThat(deliveries.keep(tried)).isFalse();
  }

  @Test
  void who_is_about_to_send_keeps_the_delivery_for_another_lease() {
    add("a.example.org");
    Delivery tried = claimOne();
    clock.advance(TRY);

    assertThat(deliveries.keep(tried)).isTrue();

    clock.advance(TRY);
    assertThat(claim(deliveries("gateway-2"))).isEmpty();
  }

  @Test
  void a_gateway_that_comes_back_does_not_wait_for_its_own_leases() {
    add("a.example.org");
    claimOne();
    deliveries("gateway-2").releaseLeases();
    assertThat(claim()).isEmpty();

    deliveries.releaseLeases();

    assertThat(claim()).hasSize(1);
  }

  @Test
  void what_was_delivered_is_not_tried_again() {
    UUID id = add("a.example.org");

    assertThat(deliveries.settle(claimOne(), DELIVERED, Optional.of(204))).isTrue();

    Delivery done = deliveries.find(id).orElseThrow();
    assertThat(done.status()).isEqualTo("delivered");
    assertThat(done.last()).isEqualTo(new Delivery.Last(Optional.of(204), Optional.empty()));
    clock.advance(Duration.ofDays(1));
    assertThat(claim()).isEmpty();
  }

  @Test
  void what_failed_is_tried_again_when_it_is_due() {
    UUID id = add("a.example.org");
    Instant later = clock.instant().plusSeconds(5);

    deliveries.settle(
        claimOne(), new Verdict.TryAgain(later, "the receiver answered 500"), Optional.of(500));

    assertThat(deliveries.find(id).orElseThrow().last())
        .isEqualTo(new Delivery.Last(Optional.of(500), Optional.of("the receiver answered 500")));
    clock.advance(Duration.ofMillis(4_999));
    assertThat(claim()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(claimOne().tries().attempts()).isEqualTo(2);
  }

  @Test
  void a_retry_waits_no_longer_where_the_clock_is_set_back_meanwhile() {
    add("a.example.org");
    Duration wait = Duration.ofMinutes(1);
    deliveries.settle(
        claimOne(), new Verdict.TryAgain(clock.instant().plus(wait), "503"), Optional.of(503));

    Duration step = Duration.ofHours(1);
    clock.advance(step.negated());
    deliveries.clockSetBack(step, clock.instant().plus(step));

    clock.advance(wait.minusMillis(1));
    assertThat(claim()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(claim()).hasSize(1);
  }

  @Test
  void what_was_given_up_is_a_dead_letter_with_its_reason() {
    UUID id = add("a.example.org");
    Verdict verdict = new Verdict.GiveUp("x".repeat(2_000));

    deliveries.settle(claimOne(), verdict, Optional.empty());

    Delivery dead = deliveries.find(id).orElseThrow();
    assertThat(dead.status()).isEqualTo("dead");
    assertThat(dead.last())
        .isEqualTo(new Delivery.Last(Optional.empty(), Optional.of("x".repeat(500))));
    assertThat(claim()).isEmpty();
  }

  @Test
  void a_try_is_settled_only_once() {
    UUID id = add("a.example.org");
    Delivery claimed = claimOne();

    assertThat(deliveries.settle(claimed, DELIVERED, Optional.of(200))).isTrue();
    assertThat(deliveries.settle(claimed, GIVEN_UP, Optional.of(400))).isFalse();

    assertThat(status(id)).isEqualTo("delivered");
  }

  @Test
  void one_target_gets_only_so_many_tries_at_once() {
    IntStream.range(0, 5).forEach(n -> add("slow.example.org"));
    add("quick.example.org");

    List<Delivery> claimed =
        deliveries.claim(
            new DeliveryStore.UnderWay(Map.of("slow.example.org", 1), Map.of()),
            new DeliveryStore.Limits(3, 1_000, 1_000));

    assertThat(claimed)
        .extracting(Delivery::target)
        .containsExactlyInAnyOrder("slow.example.org", "slow.example.org", "quick.example.org");
  }

  @Test
  void many_deliveries_to_a_slow_target_do_not_hide_those_to_others() {
    IntStream.range(0, 250).forEach(n -> add("slow.example.org"));
    clock.advance(Duration.ofSeconds(1));
    UUID other = add("quick.example.org");

    assertThat(
            deliveries.claim(
                new DeliveryStore.UnderWay(Map.of(), Map.of()),
                new DeliveryStore.Limits(2, 1_000, 1_000)))
        .hasSize(3)
        .extracting(Delivery::id)
        .contains(other);
    UUID next = add("quick.example.org");
    assertThat(
            deliveries.claim(
                new DeliveryStore.UnderWay(Map.of("slow.example.org", 2), Map.of()),
                new DeliveryStore.Limits(2, 1_000, 1_000)))
        .extracting(Delivery::id)
        .containsExactly(next);
  }

  @Test
  void callers_take_turns_however_many_are_due_of_one() {
    IntStream.range(0, 40).forEach(n -> add("dead-" + n + ".example.org"));
    clock.advance(Duration.ofSeconds(1));
    UUID anns = deliveryOf("ann");
    UUID bobs = deliveryOf("bob");

    assertThat(claim(Map.of(), 8, 3))
        .extracting(Delivery::owner)
        .containsExactlyInAnyOrder("ann", "bob", "me");
    assertThat(status(anns)).isEqualTo(status(bobs)).isEqualTo("due");
    assertThat(claim(Map.of(), 8, 100)).hasSize(8);
  }

  @Test
  void whose_receivers_do_not_answer_gets_no_more_tries_and_others_do() {
    IntStream.range(0, 40).forEach(n -> add("dead-" + n + ".example.org"));
    clock.advance(Duration.ofSeconds(1));
    UUID anns = deliveryOf("ann");

    assertThat(claim(Map.of("me", 8), 8, 5)).extracting(Delivery::id).containsExactly(anns);
    assertThat(claim(Map.of("me", 7), 8, 5)).hasSize(1);
    assertThat(claim(Map.of(), 8, 0)).isEmpty();
  }

  @Test
  void who_was_first_is_the_last_the_next_time() {
    List.of("ann", "bob", "me")
        .forEach(owner -> IntStream.range(0, 3).forEach(n -> deliveryOf(owner)));

    assertThat(Stream.generate(() -> claim(Map.of(), 8, 1).get(0).owner()).limit(6))
        .containsExactly("ann", "bob", "me", "ann", "bob", "me");
  }

  private UUID deliveryOf(String owner) {
    UUID id = accepted(Draft.of(owner)).id();
    return deliveries.add(
        id, "callback", "succeeded", UUID.randomUUID() + ".example.org", Optional.empty());
  }

  private List<Delivery> claim(Map<String, Integer> byOwner, int perOwner, int most) {
    return deliveries.claim(
        new DeliveryStore.UnderWay(Map.of(), byOwner),
        new DeliveryStore.Limits(10, perOwner, most));
  }

  @Test
  void what_waits_for_another_delivery_is_due_when_that_was_delivered() {
    UUID copy = add("s3:default");
    UUID callback = addAfter(copy);
    Delivery claimed = claimOne();
    assertThat(claimed.id()).isEqualTo(copy);
    assertThat(status(callback)).isEqualTo("waiting");

    deliveries.settle(
        claimed, new Verdict.TryAgain(clock.instant(), "the server is busy"), Optional.of(503));
    assertThat(status(callback)).isEqualTo("waiting");

    deliveries.settle(claimOne(), DELIVERED, Optional.of(200));
    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void what_waits_for_another_delivery_is_due_also_when_that_was_given_up() {
    UUID callback = addAfter(add("s3:default"));

    deliveries.settle(claimOne(), GIVEN_UP, Optional.of(403));

    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void a_redelivery_keeps_the_ids_and_the_order() {
    UUID copy = add("s3:default");
    UUID callback = addAfter(copy);
    deliveries.settle(claimOne(), DELIVERED, Optional.of(200));
    deliveries.settle(claimOne(), GIVEN_UP, Optional.of(400));
    clock.advance(Duration.ofHours(1));

    assertThat(deliveries.redeliver(job)).isEqualTo(2);

    Delivery again = claimOne();
    assertThat(again.id()).isEqualTo(copy);
    assertThat(again.tries()).isEqualTo(new Delivery.Tries(1, Optional.of(clock.instant())));
    deliveries.settle(again, DELIVERED, Optional.of(200));
    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void a_redelivery_leaves_alone_what_is_still_to_be_delivered() {
    UUID id = add("a.example.org");
    Delivery claimed = claimOne();

    assertThat(deliveries.redeliver(job)).isZero();

    assertThat(deliveries.find(id)).contains(claimed);
    assertThat(deliveries.redeliver(UUID.randomUUID())).isZero();
  }

  @Test
  void gateways_that_claim_at_once_never_get_the_same_delivery() {
    int all = 40;
    IntStream.range(0, all).forEach(n -> add("receiver-" + n));

    List<UUID> claimed =
        AtOnce.run(6, n -> claim(deliveries("gateway-" + n))).stream()
            .flatMap(List::stream)
            .map(Delivery::id)
            .toList();

    assertThat(claimed).doesNotHaveDuplicates();
    assertThat(claimed.size() + claim().size()).isEqualTo(all);
  }

  @Test
  void deliveries_of_several_jobs_are_read_at_once() {
    UUID first = add("a.example.org");
    UUID otherJob = accepted(Draft.of("me")).id();
    UUID second = deliveries.add(otherJob, "callback", "failed", "b.example.org", Optional.empty());

    assertThat(deliveries.of(List.of(job, otherJob)))
        .extracting(Delivery::id)
        .containsExactlyInAnyOrder(first, second);
    assertThat(deliveries.of(List.of())).isEmpty();
    assertThat(deliveries.find(UUID.randomUUID())).isEmpty();
  }

  private DeliveryStore deliveries(String gateway) {
    return new DeliveryStore(
        database.jdbc(), database.transaction(), clock, new Lease(gateway, TRY));
  }

  private UUID add(String target) {
    return deliveries.add(job, "callback", "succeeded", target, Optional.empty());
  }

  private UUID addAfter(UUID other) {
    return deliveries.add(job, "callback", "succeeded", "a.example.org", Optional.of(other));
  }

  private List<Delivery> claim() {
    return claim(deliveries);
  }

  private static List<Delivery> claim(DeliveryStore store) {
    return store.claim(
        new DeliveryStore.UnderWay(Map.of(), Map.of()), new DeliveryStore.Limits(10, 1_000, 1_000));
  }

  private Delivery claimOne() {
    List<Delivery> claimed = claim();
    assertThat(claimed).hasSize(1);
    return claimed.get(0);
  }

  private String status(UUID id) {
    return deliveries.find(id).orElseThrow().status();
  }
}
