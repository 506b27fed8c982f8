package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which gateway holds a job, and for how long. */
class JobLeasesTest extends StoreTest {

  @Test
  void a_gateway_recovers_its_own_jobs_and_those_whose_lease_has_run_out() {
    Job job = claimed(Draft.of("me"));
    Jobs other = gateway("gateway-2");

    assertThat(leases.recoverable()).containsExactly(job);
    assertThat(other.leases().recoverable()).isEmpty();

    clock.advance(LEASE);
    assertThat(other.leases().recoverable()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(other.leases().recoverable()).containsExactly(job);
  }

  @Test
  void a_heartbeat_keeps_a_gateways_jobs_its_own() {
    Job given = claimed(Draft.of("me"));
    Job collected = claimed(Draft.of("me"));
    transitions.collecting(collected, clock.instant(), "{}");
    Jobs other = gateway("gateway-2");

    clock.advance(LEASE.minusSeconds(1));
    leases.heartbeat();
    clock.advance(LEASE);

    assertThat(other.leases().recoverable()).isEmpty();
    assertThat(queries.find(given.id()).orElseThrow().fence()).isEqualTo(given.fence());
  }

  @Test
  void a_job_that_was_taken_over_is_the_new_gateways() {
    Job job = claimed(Draft.of("me"));
    Jobs other = gateway("gateway-2");
    clock.advance(LEASE.plusSeconds(1));

    Job taken = other.leases().takeOver(job).orElseThrow();

    assertThat(taken.fence()).isEqualTo(job.fence() + 1);
    assertThat(taken.backend()).isEqualTo("gpu-1");
    assertThat(taken.place().attempts()).isEqualTo(1);
    assertThat(other.leases().recoverable()).containsExactly(taken);
    assertThat(leases.recoverable()).isEmpty();
    assertThat(other.transitions().started(taken.id(), taken.fence())).isTrue();
  }

  @Test
  void a_gateway_that_resumes_after_its_lease_does_not_hold_a_job_that_was_taken_over() {
    Job job = claimed(Draft.of("me"));
    Jobs other = gateway("gateway-2");
    assertThat(leases.renew(job.id())).contains(job);
    assertThat(leases.renew(job.id(), job.fence())).isTrue();
    clock.advance(LEASE.plusSeconds(1));
    Job taken = other.leases().takeOver(job).orElseThrow();

    assertThat(leases.renew(job.id())).isEmpty();
    assertThat(leases.renew(job.id(), job.fence())).isFalse();
    assertThat(leases.renew(job.id(), taken.fence())).isFalse();
    assertThat(other.leases().renew(taken.id(), taken.fence())).isTrue();
    assertThat(queries.find(job.id()).orElseThrow()).isEqualTo(taken);
  }

  @Test
  void a_job_that_was_taken_over_and_back_is_held_under_its_new_number_only() {
    Job job = claimed(Draft.of("me"));
    Jobs other = gateway("gateway-2");
    clock.advance(LEASE.plusSeconds(1));
    Job taken = other.leases().takeOver(job).orElseThrow();
    clock.advance(LEASE.plusSeconds(1));
    Job again = leases.takeOver(taken).orElseThrow();

    assertThat(leases.renew(job.id(), job.fence())).isFalse();
    assertThat(leases.renew(job.id())).contains(again);
  }

  @Test
  void a_renewal_lasts_for_another_lease() {
    Job one = claimed(Draft.of("me"));
    Job two = claimed(Draft.of("me"));
    clock.advance(LEASE);

    leases.renew(one.id());
    leases.renew(two.id(), two.fence());

    clock.advance(LEASE);
    assertThat(gateway("gateway-2").leases().recoverable()).isEmpty();
  }

  @Test
  void a_gateway_that_stops_hands_its_jobs_over() {
    Job given = claimed(Draft.of("me"));
    Jobs other = gateway("gateway-2");
    other.leases().handOver();
    clock.advance(Duration.ofMillis(1));
    assertThat(other.leases().recoverable()).isEmpty();

    assertThat(leases.handOver()).isEqualTo(1);
    clock.advance(Duration.ofMillis(1));

    assertThat(other.leases().recoverable()).extracting(Job::id).containsExactly(given.id());
    assertThat(other.leases().takeOver(given)).isPresent();
  }

  @Test
  void only_one_of_many_gateways_takes_a_job_over() {
    Job job = claimed(Draft.of("me"));

    List<Optional<Job>> taken = AtOnce.run(6, n -> gateway("gateway-" + n).leases().takeOver(job));

    assertThat(taken).filteredOn(Optional::isPresent).hasSize(1);
  }

  @Test
  void a_job_that_waits_or_has_ended_cannot_be_taken_over() {
    Job waiting = accepted(Draft.of("me").priority(-1));
    Job ended = claimed(Draft.of("me"));
    transitions.finish(ended, JobStatus.SUCCEEDED, ended.facts());

    assertThat(leases.takeOver(waiting)).isEmpty();
    assertThat(leases.takeOver(queries.find(ended.id()).orElseThrow())).isEmpty();
    assertThat(leases.recoverable()).isEmpty();
  }

  @Test
  void a_claim_from_before_the_clock_was_set_back_is_not_certain() {
    accepted(Draft.of("me"));
    Claim claim = queue.claim(Map.of("gpu-1", 1), Claims.ANYWHERE, 1).get(0);

    clock.advance(Duration.ofHours(-1));
    leases.clockSetBack(claim.since());

    assertThat(leases.isCertain(claim)).isFalse();
  }

  @Test
  void a_claim_is_certain_for_half_a_lease_and_until_the_job_is_taken_over_again() {
    accepted(Draft.of("me"));
    accepted(Draft.of("me"));
    List<Claim> claims = queue.claim(Map.of("gpu-1", 2), Claims.ANYWHERE, 2);
    assertThat(claims).allMatch(leases::isCertain);

    leases.takeOver(claims.get(0).job());

    assertThat(leases.isCertain(claims.get(0))).isFalse();
    assertThat(leases.isCertain(claims.get(1))).isTrue();
    clock.advance(LEASE.dividedBy(2));
    assertThat(leases.isCertain(claims.get(1))).isFalse();
  }
}
