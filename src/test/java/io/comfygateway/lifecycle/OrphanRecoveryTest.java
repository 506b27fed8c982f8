package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.comfygateway.job.Draft;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.Jobs;
import io.comfygateway.job.StoreTest;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendFailure;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreSwitch;
import io.comfygateway.store.StoreUnavailableException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Which jobs nobody works on, and who takes them up. */
class OrphanRecoveryTest extends StoreTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private final InProgress inHand = new InProgress();
  private final StoreSwitch disk = new StoreSwitch();
  private final RunningPrompts flights = new RunningPrompts(Duration.ofSeconds(3), clock);
  private final Backends backends =
      new Backends(
          List.of(new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2)),
          new ProbePolicy(3, PAUSE, PAUSE, 3, PAUSE, PAUSE, PAUSE, PAUSE),
          clock,
          false);

  @Test
  void after_a_restart_a_gateway_takes_up_its_own_jobs_at_once() {
    Job given = claimed(Draft.of("me"));
    Job collected = claimed(Draft.of("me"));
    transitions.collecting(collected, clock.instant(), "{}");

    assertThat(recovery(jobs).orphans())
        .extracting(OrphanRecovery.Orphan::id, OrphanRecovery.Orphan::collecting)
        .containsExactlyInAnyOrder(tuple(given.id(), false), tuple(collected.id(), true));
  }

  @Test
  void what_was_written_by_the_holder_of_before_is_void() {
    Job given = claimed(Draft.of("me"));

    recovery(jobs).orphans();

    assertThat(transitions.started(given.id(), given.fence())).isFalse();
  }

  @Test
  void a_job_that_is_on_its_way_to_the_next_stage_is_left_alone() {
    OrphanRecovery recovery = recovery(jobs);
    assertThat(recovery.orphans()).isEmpty();
    Job given = claimed(Draft.of("me"));

    assertThat(recovery.orphans()).isEmpty();
    assertThat(recovery.orphans())
        .extracting(OrphanRecovery.Orphan::id)
        .containsExactly(given.id());
  }

  @Test
  void a_job_in_hand_or_in_flight_is_no_orphan() {
    UUID worked = claimed(Draft.of("me")).id();
    Job flying = claimed(Draft.of("me"));
    inHand.take(worked, new DefaultExchange(new DefaultCamelContext()));
    flights.arrived(flying, Optional.empty(), false);

    assertThat(recovery(jobs).orphans()).isEmpty();
  }

  @Test
  void jobs_that_were_looked_up_when_the_process_ended_are_taken_up_one_at_a_time() {
    for (int i = 0; i < 3; i++) {
      Job given = claimed(Draft.of("me"));
      transitions.note(given, given.facts().withLookUps(1));
    }
    Job other = claimed(Draft.of("me"));
    OrphanRecovery recovery = recovery(jobs);

    List<UUID> first =
        recovery.orphans().stream()
            .map(OrphanRecovery.Orphan::id)
            .filter(id -> !id.equals(other.id()))
            .toList();
    assertThat(first).hasSize(1);
    flights.arrived(queries.find(first.get(0)).orElseThrow(), Optional.empty(), false);
    clock.advance(PAUSE);
    assertThat(recovery.orphans()).extracting(OrphanRecovery.Orphan::id).containsOnly(other.id());

    recovery.survived(flights.find(first.get(0)).orElseThrow());
    clock.advance(PAUSE);
    assertThat(recovery.orphans()).hasSize(2);
    assertThat(queries.find(first.get(0)).orElseThrow().facts().lookUps()).isZero();
  }

  @Test
  void a_look_up_that_failed_did_not_end_the_process() {
    Job given = claimed(Draft.of("me"));
    Job looked = given.withFacts(given.facts().withLookUps(1));
    transitions.note(looked, looked.facts());
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty("job", looked);
    exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new SocketTimeoutException("slow"));

    recovery(jobs).failed(exchange);

    assertThat(queries.find(given.id()).orElseThrow().facts().lookUps()).isZero();
  }

  @Test
  void a_job_is_taken_up_again_only_after_a_pause() {
    claimed(Draft.of("me"));
    OrphanRecovery recovery = recovery(jobs);
    assertThat(recovery.orphans()).hasSize(1);

    clock.advance(PAUSE.minusMillis(1));
    assertThat(recovery.orphans()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(recovery.orphans()).hasSize(1);
    assertThat(recovery.takenUp()).isEqualTo(2);
  }

  @Test
  void the_jobs_of_a_gateway_that_died_are_another_ones_when_its_lease_is_over() {
    Job given = claimed(Draft.of("me"));
    Jobs second = gateway("gateway-2");
    OrphanRecovery recovery = recovery(second);
    assertThat(recovery.orphans()).isEmpty();

    clock.advance(LEASE.plusMillis(1));
    recovery.orphans();

    assertThat(recovery.orphans())
        .extracting(OrphanRecovery.Orphan::id)
        .containsExactly(given.id());
    assertThat(leases.recoverable()).isEmpty();
    assertThat(second.leases().recoverable()).extracting(Job::id).containsExactly(given.id());
  }

  @Test
  void a_prompt_that_another_gateway_watches_by_now_is_watched_no_more() {
    Job flying = claimed(Draft.of("me"));
    flights.arrived(flying, Optional.empty(), false);
    clock.advance(LEASE.plusMillis(1));
    gateway("gateway-2").leases().takeOver(flying);

    recovery(jobs).orphans();

    assertThat(flights.has(flying.id())).isFalse();
  }

  @Test
  void only_prompts_that_are_known_to_be_on_a_backend_are_stopped() {
    Job flying = claimed(Draft.of("me"));
    Job given = claimed(Draft.of("me"));
    flights.arrived(flying, Optional.empty(), false);
    transitions.requestCancel(flying.id());
    transitions.requestCancel(given.id());

    assertThat(recovery(jobs).toStop()).containsExactly(flying.id());
  }

  @Test
  void a_disk_that_is_full_or_away_makes_no_job_hopeless_and_what_stays_wrong_says_what_it_is() {
    Job job = claimed(Draft.of("me"));
    transitions.collecting(job, clock.instant(), "{}");
    OrphanRecovery recovery = recovery(jobs);

    for (int n = 0; n < 20; n++) {
      recovery.failed(failure(job, new StoreFullException(new IOException("full"))));
      recovery.failed(failure(job, new StoreUnavailableException(new IOException("stale"))));
    }
    assertThat(recovery.orphans())
        .extracting(OrphanRecovery.Orphan::hopeless)
        .containsExactly(false);

    for (int n = 0; n < 10; n++) {
      recovery.failed(failure(job, new IOException("no such file there")));
    }
    clock.advance(PAUSE);
    assertThat(recovery.orphans())
        .extracting(OrphanRecovery.Orphan::hopeless, OrphanRecovery.Orphan::lastFailure)
        .containsExactly(tuple(true, "no such file there"));
  }

  @Test
  void a_backend_that_is_silent_makes_no_job_hopeless_and_its_jobs_are_left_until_it_answers() {
    Job job = claimed(Draft.of("me"));
    OrphanRecovery recovery = recovery(jobs);
    backends.health().up("gpu-1");
    backends.health().down("gpu-1", new BackendFailure("no answer", false));

    for (int n = 0; n < 20; n++) {
      recovery.failed(failure(job, new SocketTimeoutException("Read timed out")));
    }
    assertThat(recovery.orphans()).isEmpty();

    backends.health().up("gpu-1");
    assertThat(recovery.orphans())
        .extracting(OrphanRecovery.Orphan::hopeless)
        .containsExactly(false);
  }

  @Test
  void outputs_that_cannot_be_stored_here_are_left_to_another_gateway() {
    Job collected = claimed(Draft.of("me"));
    Job given = claimed(Draft.of("me"));
    transitions.collecting(collected, clock.instant(), "{}");
    disk.down(true);

    assertThat(recovery(jobs).orphans())
        .extracting(OrphanRecovery.Orphan::id)
        .containsExactly(given.id());
    leases.heartbeat();
    clock.advance(Duration.ofMillis(1));

    assertThat(gateway("gateway-2").leases().recoverable())
        .extracting(Job::id)
        .containsExactly(collected.id());
    disk.down(false);
    assertThat(recovery(jobs).orphans())
        .extracting(OrphanRecovery.Orphan::id)
        .containsExactlyInAnyOrder(given.id(), collected.id());
  }

  @Test
  void outputs_that_are_being_stored_stay_with_their_gateway() {
    Job collected = claimed(Draft.of("me"));
    transitions.collecting(collected, clock.instant(), "{}");
    inHand.take(collected.id(), new DefaultExchange(new DefaultCamelContext()));
    disk.down(true);

    recovery(jobs).orphans();
    clock.advance(Duration.ofMillis(1));

    assertThat(gateway("gateway-2").leases().recoverable()).isEmpty();
  }

  // As a split reports it.
  private static Exchange failure(Job job, Exception why) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty("job", job);
    exchange.setProperty(
        Exchange.EXCEPTION_CAUGHT,
        new CamelExchangeException("Multicast processing failed for number 0", exchange, why));
    return exchange;
  }

  private OrphanRecovery recovery(Jobs gateway) {
    return new OrphanRecovery(
        gateway.queries(),
        gateway.leases(),
        gateway.transitions(),
        backends,
        flights,
        inHand,
        disk,
        new OrphanRecovery.Rules(10, Duration.ofSeconds(3)),
        clock);
  }
}
