package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.Draft;
import io.comfygateway.job.Lease;
import io.comfygateway.job.StoreTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/** Tests of the table of deliveries, with one job that is to be delivered. */
abstract class DeliveriesTest extends StoreTest {
  static final Duration TRY = Duration.ofMinutes(2);
  static final Verdict DELIVERED = new Verdict.Delivered();
  static final Verdict GIVEN_UP = new Verdict.GiveUp("the receiver answered 400");

  Deliveries deliveries;
  UUID job;

  @BeforeEach
  void openDeliveries() {
    deliveries = deliveries("gateway-1");
    job = accepted(Draft.of("me")).id();
  }

  final UUID deliveryOf(String owner) {
    UUID id = accepted(Draft.of(owner)).id();
    return deliveries
        .queue()
        .add(id, "callback", "succeeded", UUID.randomUUID() + ".example.org", Optional.empty());
  }

  final List<Delivery> claim(Map<String, Integer> byOwner, int perOwner, int most) {
    return deliveries
        .dispatch()
        .claim(
            new DeliveryDispatch.UnderWay(Map.of(), byOwner),
            new DeliveryDispatch.Limits(10, perOwner, most));
  }

  final Deliveries deliveries(String gateway) {
    return Deliveries.in(database, clock, new Lease(gateway, TRY));
  }

  final UUID add(String target) {
    return deliveries.queue().add(job, "callback", "succeeded", target, Optional.empty());
  }

  final UUID addAfter(UUID other) {
    return deliveries
        .queue()
        .add(job, "callback", "succeeded", "a.example.org", Optional.of(other));
  }

  final List<Delivery> claim() {
    return claim(deliveries);
  }

  static List<Delivery> claim(Deliveries store) {
    return store
        .dispatch()
        .claim(
            new DeliveryDispatch.UnderWay(Map.of(), Map.of()),
            new DeliveryDispatch.Limits(10, 1_000, 1_000));
  }

  final Delivery claimOne() {
    List<Delivery> claimed = claim();
    assertThat(claimed).hasSize(1);
    return claimed.get(0);
  }

  final String status(UUID id) {
    return deliveries.queries().find(id).orElseThrow().status();
  }
}
