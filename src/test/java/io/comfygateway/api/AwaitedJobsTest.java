package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.delivery.Deliveries;
import io.comfygateway.delivery.Delivery;
import io.comfygateway.delivery.DeliveryDispatch;
import io.comfygateway.delivery.Verdict;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.StoreTest;
import io.comfygateway.job.TestJobs;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AwaitedJobsTest extends StoreTest {
  private final AtomicBoolean canCopy = new AtomicBoolean(true);
  private Deliveries deliveries;
  private AwaitedJobs awaited;

  @BeforeEach
  void make() {
    deliveries = Deliveries.in(database, clock, TestJobs.LEASE);
    awaited = new AwaitedJobs(queries, deliveries.queries(), canCopy::get);
  }

  private Job ended() {
    Job job = claimed(Draft.of("me"));
    return transitions.finish(job, JobStatus.SUCCEEDED, job.facts()).orElseThrow();
  }

  @Test
  void a_job_is_awaited_until_it_ends() {
    Job ended = ended();
    Job queued = accepted(Draft.of("me"));

    assertThat(awaited.test(queued, Optional.empty())).isFalse();
    assertThat(awaited.test(ended, Optional.empty())).isTrue();
    assertThat(awaited.find(ended.id()).orElseThrow().status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(awaited.ended(Set.of(queued.id(), ended.id(), UUID.randomUUID())))
        .containsExactly(ended.id());
  }

  @Test
  void its_next_status_is_awaited_where_one_was_seen() {
    Job running = claimed(Draft.of("me"));

    assertThat(awaited.test(accepted(Draft.of("me")), Optional.of(JobStatus.QUEUED))).isFalse();
    assertThat(running.status()).isEqualTo(JobStatus.QUEUED);
    Job ended = transitions.finish(running, JobStatus.FAILED, running.facts()).orElseThrow();
    assertThat(awaited.test(ended, Optional.of(JobStatus.QUEUED))).isTrue();
    assertThat(awaited.test(ended, Optional.of(JobStatus.RUNNING))).isTrue();
    assertThat(awaited.test(ended, Optional.of(JobStatus.FAILED))).isFalse();
  }

  @Test
  void copies_are_awaited_too_until_they_are_there_or_have_failed() {
    Job ended = ended();
    deliveries.queue().addCopy(ended.id(), "succeeded", "archive");
    assertThat(awaited.test(ended, Optional.empty())).isFalse();

    Delivery tried =
        deliveries
            .dispatch()
            .claim(
                new DeliveryDispatch.UnderWay(Map.of(), Map.of()),
                new DeliveryDispatch.Limits(10, 10, 10))
            .get(0);
    deliveries.queue().recordResult(tried, new Verdict.GiveUp("no room"), Optional.empty());

    assertThat(awaited.test(ended, Optional.empty())).isTrue();
  }

  @Test
  void callbacks_are_not_awaited_and_copies_only_where_something_can_copy() {
    Job ended = ended();
    deliveries.queue().add(ended.id(), "callback", "succeeded", "a.example", Optional.empty());
    assertThat(awaited.test(ended, Optional.empty())).isTrue();

    deliveries.queue().addCopy(ended.id(), "succeeded", "archive");
    canCopy.set(false);
    assertThat(awaited.test(ended, Optional.empty())).isTrue();
  }
}
