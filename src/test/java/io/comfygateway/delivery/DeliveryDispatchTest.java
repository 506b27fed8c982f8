package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.AtOnce;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which of many due deliveries are tried first. */
class DeliveryDispatchTest extends DeliveriesTest {

  @Test
  void one_target_gets_only_so_many_tries_at_once() {
    IntStream.range(0, 5).forEach(n -> add("slow.example.org"));
    add("quick.example.org");

    List<Delivery> claimed =
        deliveries
            .dispatch()
            .claim(
                new DeliveryDispatch.UnderWay(Map.of("slow.example.org", 1), Map.of()),
                new DeliveryDispatch.Limits(3, 1_000, 1_000));

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
            deliveries
                .dispatch()
                .claim(
                    new DeliveryDispatch.UnderWay(Map.of(), Map.of()),
                    new DeliveryDispatch.Limits(2, 1_000, 1_000)))
        .hasSize(3)
        .extracting(Delivery::id)
        .contains(other);
    UUID next = add("quick.example.org");
    assertThat(
            deliveries
                .dispatch()
                .claim(
                    new DeliveryDispatch.UnderWay(Map.of("slow.example.org", 2), Map.of()),
                    new DeliveryDispatch.Limits(2, 1_000, 1_000)))
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
  void a_caller_whose_receivers_do_not_answer_gets_no_more_tries_and_others_do() {
    IntStream.range(0, 40).forEach(n -> add("dead-" + n + ".example.org"));
    clock.advance(Duration.ofSeconds(1));
    UUID anns = deliveryOf("ann");

    assertThat(claim(Map.of("me", 8), 8, 5)).extracting(Delivery::id).containsExactly(anns);
    assertThat(claim(Map.of("me", 7), 8, 5)).hasSize(1);
    assertThat(claim(Map.of(), 8, 0)).isEmpty();
  }

  @Test
  void the_caller_that_was_first_is_last_in_the_next_claim() {
    List.of("ann", "bob", "me")
        .forEach(owner -> IntStream.range(0, 3).forEach(n -> deliveryOf(owner)));

    assertThat(Stream.generate(() -> claim(Map.of(), 8, 1).get(0).owner()).limit(6))
        .containsExactly("ann", "bob", "me", "ann", "bob", "me");
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
}
