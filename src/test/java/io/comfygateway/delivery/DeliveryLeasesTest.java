package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which gateway tries a delivery. */
class DeliveryLeasesTest extends DeliveriesTest {

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
    Deliveries other = deliveries("gateway-2");

    clock.advance(TRY);
    assertThat(claim(other)).isEmpty();
    clock.advance(Duration.ofMillis(1));
    List<Delivery> again = claim(other);

    assertThat(again).extracting(Delivery::id).containsExactly(id);
    assertThat(again.get(0).tries()).isEqualTo(new Delivery.Tries(2, first.tries().first()));
    assertThat(deliveries.queue().recordResult(first, DELIVERED, Optional.of(200))).isFalse();
    assertThat(status(id)).isEqualTo("due");
    assertThat(other.queue().recordResult(again.get(0), DELIVERED, Optional.of(200))).isTrue();
    assertThat(status(id)).isEqualTo("delivered");
  }

  @Test
  void a_long_try_stays_with_its_gateway_as_long_as_that_renews_its_lease() {
    add("a.example.org");
    Delivery tried = claimOne();
    Deliveries other = deliveries("gateway-2");

    clock.advance(TRY);
    deliveries.leases().heartbeat(List.of(tried.id()));
    other.leases().heartbeat(List.of(tried.id()));
    clock.advance(TRY);
    assertThat(claim(other)).isEmpty();

    clock.advance(Duration.ofMillis(1));
    assertThat(claim(other)).hasSize(1);
    assertThat(deliveries.leases().renew(tried)).isFalse();
  }

  @Test
  void a_gateway_that_is_about_to_send_renews_its_lease() {
    add("a.example.org");
    Delivery tried = claimOne();
    clock.advance(TRY);

    assertThat(deliveries.leases().renew(tried)).isTrue();

    clock.advance(TRY);
    assertThat(claim(deliveries("gateway-2"))).isEmpty();
  }

  @Test
  void a_gateway_that_comes_back_does_not_wait_for_its_own_leases() {
    add("a.example.org");
    claimOne();
    deliveries("gateway-2").leases().release();
    assertThat(claim()).isEmpty();

    deliveries.leases().release();

    assertThat(claim()).hasSize(1);
  }
}
