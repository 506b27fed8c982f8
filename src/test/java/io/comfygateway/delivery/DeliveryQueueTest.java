package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.Draft;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How deliveries are queued, recorded and repeated. */
class DeliveryQueueTest extends DeliveriesTest {

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
                Optional.empty(),
                new Delivery.Tries(1, Optional.of(clock.instant())),
                1,
                new Delivery.Last(Optional.empty(), Optional.empty())));
    assertThat(deliveries.queries().find(id)).contains(claimed);
    assertThat(deliveries.queries().of(job)).containsExactly(claimed);
  }

  @Test
  void a_delivered_delivery_is_not_tried_again() {
    UUID id = add("a.example.org");

    assertThat(deliveries.queue().recordResult(claimOne(), DELIVERED, Optional.of(204))).isTrue();

    Delivery done = deliveries.queries().find(id).orElseThrow();
    assertThat(done.status()).isEqualTo("delivered");
    assertThat(done.last()).isEqualTo(new Delivery.Last(Optional.of(204), Optional.empty()));
    clock.advance(Duration.ofDays(1));
    assertThat(claim()).isEmpty();
  }

  @Test
  void a_failed_try_is_repeated_when_it_is_due() {
    UUID id = add("a.example.org");
    Instant later = clock.instant().plusSeconds(5);

    deliveries
        .queue()
        .recordResult(
            claimOne(), new Verdict.TryAgain(later, "the receiver answered 500"), Optional.of(500));

    assertThat(deliveries.queries().find(id).orElseThrow().last())
        .isEqualTo(new Delivery.Last(Optional.of(500), Optional.of("the receiver answered 500")));
    clock.advance(Duration.ofMillis(4_999));
    assertThat(claim()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(claimOne().tries().attempts()).isEqualTo(2);
  }

  @Test
  void a_retry_waits_no_longer_if_the_clock_is_set_back_meanwhile() {
    add("a.example.org");
    Duration wait = Duration.ofMinutes(1);
    deliveries
        .queue()
        .recordResult(
            claimOne(), new Verdict.TryAgain(clock.instant().plus(wait), "503"), Optional.of(503));

    Duration step = Duration.ofHours(1);
    clock.advance(step.negated());
    deliveries.queue().clockSetBack(step);

    clock.advance(wait.minusMillis(1));
    assertThat(claim()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(claim()).hasSize(1);
  }

  @Test
  void a_delivery_that_was_given_up_is_a_dead_letter_with_its_reason() {
    UUID id = add("a.example.org");
    Verdict verdict = new Verdict.GiveUp("x".repeat(2_000));

    deliveries.queue().recordResult(claimOne(), verdict, Optional.empty());

    Delivery dead = deliveries.queries().find(id).orElseThrow();
    assertThat(dead.status()).isEqualTo("dead");
    assertThat(dead.last())
        .isEqualTo(new Delivery.Last(Optional.empty(), Optional.of("x".repeat(500))));
    assertThat(claim()).isEmpty();
  }

  @Test
  void the_result_of_a_try_is_recorded_once() {
    UUID id = add("a.example.org");
    Delivery claimed = claimOne();

    assertThat(deliveries.queue().recordResult(claimed, DELIVERED, Optional.of(200))).isTrue();
    assertThat(deliveries.queue().recordResult(claimed, GIVEN_UP, Optional.of(400))).isFalse();

    assertThat(status(id)).isEqualTo("delivered");
  }

  @Test
  void a_delivery_that_waits_for_another_is_due_when_that_was_delivered() {
    UUID copy = add("s3:default");
    UUID callback = addAfter(copy);
    Delivery claimed = claimOne();
    assertThat(claimed.id()).isEqualTo(copy);
    assertThat(status(callback)).isEqualTo("waiting");

    deliveries
        .queue()
        .recordResult(
            claimed, new Verdict.TryAgain(clock.instant(), "the server is busy"), Optional.of(503));
    assertThat(status(callback)).isEqualTo("waiting");

    deliveries.queue().recordResult(claimOne(), DELIVERED, Optional.of(200));
    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void a_delivery_that_waits_for_another_is_also_due_when_that_was_given_up() {
    UUID callback = addAfter(add("s3:default"));

    deliveries.queue().recordResult(claimOne(), GIVEN_UP, Optional.of(403));

    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void a_redelivery_keeps_the_ids_and_the_order() {
    UUID copy = add("s3:default");
    UUID callback = addAfter(copy);
    deliveries.queue().recordResult(claimOne(), DELIVERED, Optional.of(200));
    deliveries.queue().recordResult(claimOne(), GIVEN_UP, Optional.of(400));
    clock.advance(Duration.ofHours(1));

    assertThat(deliveries.redelivery().ofJob(job)).isEqualTo(2);

    Delivery again = claimOne();
    assertThat(again.id()).isEqualTo(copy);
    assertThat(again.tries()).isEqualTo(new Delivery.Tries(1, Optional.of(clock.instant())));
    deliveries.queue().recordResult(again, DELIVERED, Optional.of(200));
    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void deliveries_that_are_named_keep_their_order_when_they_are_sent_again() {
    UUID copy = add("s3:default");
    UUID callback = addAfter(copy);
    deliveries.queue().recordResult(claimOne(), DELIVERED, Optional.of(200));
    deliveries.queue().recordResult(claimOne(), GIVEN_UP, Optional.of(400));

    assertThat(deliveries.redelivery().of(List.of(callback, copy))).isEqualTo(2);

    assertThat(status(callback)).isEqualTo("waiting");
    Delivery again = claimOne();
    assertThat(again.id()).isEqualTo(copy);
    deliveries.queue().recordResult(again, DELIVERED, Optional.of(200));
    assertThat(claimOne().id()).isEqualTo(callback);
  }

  @Test
  void a_delivery_that_waits_for_its_next_try_is_tried_at_once() {
    UUID id = add("a.example.org");
    Verdict later = new Verdict.TryAgain(clock.instant().plus(Duration.ofHours(5)), "busy");
    deliveries.queue().recordResult(claimOne(), later, Optional.of(503));
    assertThat(claim()).isEmpty();

    assertThat(deliveries.redelivery().ofJob(job)).isEqualTo(1);

    Delivery again = claimOne();
    assertThat(again.id()).isEqualTo(id);
    assertThat(again.tries()).isEqualTo(new Delivery.Tries(1, Optional.of(clock.instant())));

    assertThat(deliveries.redelivery().of(List.of(id))).isZero();
    deliveries.queue().recordResult(again, later, Optional.of(503));
    assertThat(deliveries.redelivery().of(List.of(id))).isEqualTo(1);
    assertThat(claimOne().id()).isEqualTo(id);
  }

  @Test
  void a_redelivery_does_not_touch_deliveries_that_are_being_tried() {
    UUID id = add("a.example.org");
    Delivery claimed = claimOne();

    assertThat(deliveries.redelivery().ofJob(job)).isZero();

    assertThat(deliveries.queries().find(id)).contains(claimed);
    assertThat(deliveries.redelivery().ofJob(UUID.randomUUID())).isZero();
  }

  @Test
  void a_job_has_the_destinations_of_its_copies_and_events_each_once() {
    deliveries.queue().addCopy(job, "succeeded", "nas");
    deliveries.queue().addEvent(job, "running", "chat", Optional.empty());
    deliveries.queue().addEvent(job, "succeeded", "chat", Optional.empty());
    add("a.example.org");

    assertThat(deliveries.redelivery().destinations(job)).containsExactly("chat", "nas");
    assertThat(deliveries.redelivery().destinations(UUID.randomUUID())).isEmpty();
  }

  @Test
  void deliveries_of_several_jobs_are_read_at_once() {
    UUID first = add("a.example.org");
    UUID otherJob = accepted(Draft.of("me")).id();
    UUID second =
        deliveries.queue().add(otherJob, "callback", "failed", "b.example.org", Optional.empty());

    assertThat(deliveries.queries().of(List.of(job, otherJob)))
        .extracting(Delivery::id)
        .containsExactlyInAnyOrder(first, second);
    assertThat(deliveries.queries().of(List.of())).isEmpty();
    assertThat(deliveries.queries().find(UUID.randomUUID())).isEmpty();
  }

  @Test
  void copies_of_the_short_form_go_to_the_destination_default() {
    UUID now = deliveries.queue().addShortForm(job, "succeeded", "default");
    // As a gateway of an earlier version adds them.
    UUID before = deliveries.queue().add(job, "s3", "succeeded", "s3:default", Optional.empty());

    assertThat(List.of(now, before))
        .allSatisfy(
            id -> {
              Delivery copy = deliveries.queries().find(id).orElseThrow();
              assertThat(copy.isCopy()).isTrue();
              assertThat(copy.destination()).contains("default");
            });
    claim().forEach(copy -> deliveries.queue().recordResult(copy, DELIVERED, Optional.of(200)));
    assertThat(deliveries.redelivery().ofJob(job, "default")).isEqualTo(2);
    assertThat(deliveries.redelivery().ofJob(job, "another")).isZero();
  }
}
