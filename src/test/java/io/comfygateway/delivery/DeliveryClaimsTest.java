package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.AtOnce;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.Test;

/** Which deliveries this gateway tries, and until when. */
class DeliveryClaimsTest extends DeliveryStepsTest {
  @Test
  void a_claimed_delivery_is_loaded_with_its_job_and_document() {
    Job job = job();
    UUID id = add(job);
    Exchange exchange = exchange();

    claims.load(exchange, claims.claim().get(0));

    assertThat(exchange.getProperty("delivery", Delivery.class).id()).isEqualTo(id);
    assertThat(exchange.getProperty("job", Job.class)).isEqualTo(job);
    assertThat(exchange.getProperty("document", JobDocument.class))
        .isEqualTo(queries.document(job.id()));
  }

  @Test
  void the_limits_per_caller_count_what_is_under_way_until_it_is_released() {
    for (int i = 0; i < 5; i++) {
      add(job());
    }
    List<Delivery> first = claims.claim();
    assertThat(first).hasSize(LIMITS.perOwner());
    assertThat(claims.claim()).isEmpty();

    claims.release(first.get(0));
    assertThat(claims.claim()).hasSize(1);
  }

  @Test
  void a_place_is_free_also_when_the_exchange_ends_before_the_release() {
    add(job());
    Exchange exchange = exchange();
    Delivery delivery = claims.claim().get(0);
    claims.load(exchange, delivery);
    for (int i = 1; i < LIMITS.perOwner(); i++) {
      add(job());
      assertThat(claims.claim()).hasSize(1);
    }
    add(job());
    assertThat(claims.claim()).isEmpty();

    UnitOfWorkHelper.doneSynchronizations(
        exchange, exchange.getExchangeExtension().handoverCompletions());

    assertThat(claims.claim()).hasSize(1);
  }

  @Test
  void a_delivery_whose_lease_was_lost_is_not_loaded() {
    add(job());
    Delivery delivery = claims.claim().get(0);
    clock.advance(LEASE.plusMillis(1));
    assertThat(claims(deliveries("gateway-2")).claim()).hasSize(1);
    Exchange exchange = exchange();

    claims.load(exchange, delivery);

    assertThat(exchange.getProperty("delivery")).isNull();
  }

  @Test
  void a_heartbeat_keeps_the_lease_of_a_slow_try() {
    add(job());
    claims.claim();
    for (int i = 0; i < 3; i++) {
      clock.advance(LEASE.minusSeconds(1));
      claims.heartbeat();
    }

    assertThat(claims(deliveries("gateway-2")).claim()).isEmpty();
  }

  @Test
  void a_second_attempt_after_a_crash_has_the_same_id_and_counts() {
    UUID id = add(job());
    claims.claim();
    deliveries.leases().release();

    List<Delivery> again = claims(deliveries("gateway-1")).claim();

    assertThat(again).extracting(Delivery::id).containsExactly(id);
    assertThat(again.get(0).tries().attempts()).isEqualTo(2);
  }

  @Test
  void a_delivery_after_another_one_waits_for_its_end() {
    Job job = accepted(Draft.of("me").callback(CALLBACK).s3());
    UUID copy = deliveries.queue().add(job.id(), "s3", "succeeded", "s3:default", Optional.empty());
    deliveries.queue().add(job.id(), "callback", "succeeded", "hooks", Optional.of(copy));

    List<Delivery> first = claims.claim();
    assertThat(first).extracting(Delivery::id).containsExactly(copy);
    deliveries.queue().recordResult(first.get(0), new Verdict.Delivered(), Optional.of(200));
    clock.advance(Duration.ofMillis(1));

    assertThat(claims.claim()).extracting(Delivery::kind).containsExactly("callback");
  }

  @Test
  void what_waits_for_copies_is_due_when_the_last_of_them_has_ended() {
    Job job = job();
    UUID first = deliveries.queue().addCopy(job.id(), "succeeded", "one");
    UUID second = deliveries.queue().addCopy(job.id(), "succeeded", "two");
    UUID event = deliveries.queue().addEvent(job.id(), "succeeded", "chat", Optional.of(first));
    UUID call =
        deliveries.queue().add(job.id(), "callback", "succeeded", "hooks", Optional.of(first));
    List<Delivery> both = claims.claim();
    assertThat(both).extracting(Delivery::id).containsExactlyInAnyOrder(first, second);

    deliveries.queue().recordResult(both.get(0), new Verdict.GiveUp("gone"), Optional.of(404));
    assertThat(statuses(job)).containsEntry(event, "waiting").containsEntry(call, "waiting");
    deliveries.queue().recordResult(both.get(1), new Verdict.Delivered(), Optional.of(200));

    assertThat(statuses(job)).containsEntry(event, "due").containsEntry(call, "due");
  }

  @Test
  void two_copies_that_end_at_the_same_time_leave_nothing_waiting() {
    for (int round = 0; round < 10; round++) {
      Job job = job();
      UUID first = deliveries.queue().addCopy(job.id(), "succeeded", "one");
      deliveries.queue().addCopy(job.id(), "succeeded", "two");
      UUID call =
          deliveries.queue().add(job.id(), "callback", "succeeded", "hooks", Optional.of(first));
      List<Delivery> both = claims.claim();

      AtOnce.run(
          2,
          thread ->
              deliveries
                  .queue()
                  .recordResult(both.get(thread), new Verdict.Delivered(), Optional.of(200)));

      assertThat(statuses(job)).containsEntry(call, "due");
      both.forEach(claims::release);
      claims
          .claim()
          .forEach(
              left -> {
                deliveries.queue().recordResult(left, new Verdict.Delivered(), Optional.of(200));
                claims.release(left);
              });
    }
  }

  @Test
  void an_event_waits_for_the_one_before_it_at_the_same_destination_alone() {
    Job job = job();
    UUID queued = deliveries.queue().addEvent(job.id(), "queued", "chat", Optional.empty());
    UUID running = deliveries.queue().addEvent(job.id(), "running", "chat", Optional.empty());
    UUID ended = deliveries.queue().addEvent(job.id(), "succeeded", "chat", Optional.empty());
    UUID elsewhere = deliveries.queue().addEvent(job.id(), "succeeded", "mail", Optional.empty());

    assertThat(statuses(job))
        .containsEntry(queued, "due")
        .containsEntry(running, "waiting")
        .containsEntry(ended, "waiting")
        .containsEntry(elsewhere, "due");
    deliveries.queue().recordResult(claimOf(queued), new Verdict.GiveUp("gone"), Optional.of(410));
    assertThat(statuses(job)).containsEntry(running, "due").containsEntry(ended, "waiting");
  }

  @Test
  void one_destination_is_delivered_again_in_order_and_the_others_are_not() {
    Job job = job();
    UUID queued = deliveries.queue().addEvent(job.id(), "queued", "chat", Optional.empty());
    UUID ended = deliveries.queue().addEvent(job.id(), "succeeded", "chat", Optional.empty());
    UUID copy = deliveries.queue().addCopy(job.id(), "queued", "archive");
    deliveries.queue().recordResult(claimOf(queued), new Verdict.Delivered(), Optional.of(200));
    deliveries.queue().recordResult(claimOf(copy), new Verdict.Delivered(), Optional.of(200));
    deliveries.queue().recordResult(claimOf(ended), new Verdict.Delivered(), Optional.of(200));

    assertThat(deliveries.redelivery().ofJob(job.id(), "chat")).isEqualTo(2);

    assertThat(statuses(job))
        .containsEntry(queued, "due")
        .containsEntry(ended, "waiting")
        .containsEntry(copy, "delivered");
    assertThat(deliveries.redelivery().ofJob(job.id(), "nowhere")).isZero();
  }

  private Delivery claimOf(UUID id) {
    List<Delivery> claimed = claims.claim();
    claimed.forEach(claims::release);
    clock.advance(LEASE.plusMillis(1));
    claimed = claims.claim();
    claimed.forEach(claims::release);
    return claimed.stream().filter(delivery -> delivery.id().equals(id)).findFirst().orElseThrow();
  }

  private Map<UUID, String> statuses(Job job) {
    return deliveries.queries().of(job.id()).stream()
        .collect(Collectors.toMap(Delivery::id, Delivery::status));
  }
}
