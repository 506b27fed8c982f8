package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.problem.Warning;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a job moves on, and who may move it. */
class JobTransitionTest extends StoreTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  @Test
  void a_job_runs_is_collected_and_ends() {
    Job job = claimed(Draft.full("me"));
    clock.advance(MOMENT);
    Instant started = clock.instant();
    assertThat(transitions.started(job.id(), job.fence())).isTrue();
    assertThat(now(job).status()).isEqualTo(JobStatus.RUNNING);
    assertThat(now(job).times().started()).contains(started);

    Optional<Job> collecting = transitions.collecting(job, started, "{\"9\":{}}");
    assertThat(collecting).contains(now(job));
    assertThat(now(job).stage()).isEqualTo(Stage.COLLECTING);
    assertThat(now(job).result()).contains("{\"9\":{}}");

    clock.advance(MOMENT);
    JobFacts facts = job.facts().withTexts(List.of(new JobFacts.Text("12", "a lighthouse")));
    assertThat(transitions.finish(now(job), JobStatus.SUCCEEDED, facts)).isPresent();

    Job ended = now(job);
    assertThat(ended.stage()).isEqualTo(Stage.DONE);
    assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(ended.times().started()).contains(started);
    assertThat(ended.times().finished()).contains(clock.instant());
    assertThat(ended.facts()).isEqualTo(facts);
    assertThat(ended.result()).isEmpty();
    assertThat(ended.place().backend()).contains("gpu-1");
  }

  @Test
  void of_many_jobs_those_that_have_ended_are_known() {
    Job ended = claimed(Draft.of("me"));
    Job waits = accepted(Draft.of("me"));
    transitions.finish(ended, JobStatus.FAILED, ended.facts());
    Set<UUID> asked = new HashSet<>(Set.of(ended.id(), waits.id()));
    Stream.generate(UUID::randomUUID).limit(1_000).forEach(asked::add);

    assertThat(queries.ended(asked)).containsExactly(ended.id());
    assertThat(queries.ended(Set.of())).isEmpty();
  }

  @Test
  void a_job_ends_only_once() {
    Job job = claimed(Draft.of("me"));

    assertThat(transitions.finish(job, JobStatus.FAILED, job.facts())).isPresent();
    Job ended = now(job);

    assertThat(transitions.finish(job, JobStatus.SUCCEEDED, job.facts())).isEmpty();
    assertThat(transitions.finish(ended, JobStatus.SUCCEEDED, job.facts())).isEmpty();
    assertThat(now(job)).isEqualTo(ended);
  }

  @Test
  void an_error_is_kept_with_all_that_comfyui_said() {
    Job job = claimed(Draft.of("me"));
    JobError error =
        new JobError(
            "execution_error",
            "out of memory",
            Optional.of("3"),
            Optional.of("KSampler"),
            Optional.of("torch.OutOfMemoryError"),
            Optional.of(job.facts().metadata().deepCopy().put("type", "x")),
            Optional.empty());

    transitions.finish(job, JobStatus.FAILED, job.facts().withError(error));

    assertThat(now(job).facts().error()).contains(error);
  }

  @Test
  void texts_of_any_length_are_kept() {
    Job job = claimed(Draft.of("me"));
    String long3 = "ä".repeat(3_000_000);
    transitions.collecting(job, clock.instant(), "\"" + long3 + "\"");
    assertThat(now(job).result()).contains("\"" + long3 + "\"");

    JobFacts facts = job.facts().withTexts(List.of(new JobFacts.Text("12", long3)));
    assertThat(transitions.finish(job, JobStatus.SUCCEEDED, facts)).isPresent();
    assertThat(now(job).facts()).isEqualTo(facts);
  }

  @Test
  void a_stale_fencing_number_changes_nothing() {
    Job job = claimed(Draft.of("me"));
    leases.takeOver(job).orElseThrow();
    Job now = now(job);
    Map<String, Predicate<Job>> changes = new LinkedHashMap<>();
    changes.put("started", old -> transitions.started(old.id(), old.fence()));
    changes.put("requeue", old -> transitions.requeue(old.id(), old.fence(), MOMENT, 0));
    changes.put(
        "collecting", old -> transitions.collecting(old, clock.instant(), "{}").isPresent());
    changes.put(
        "finish", old -> transitions.finish(old, JobStatus.FAILED, old.facts()).isPresent());
    changes.put(
        "note",
        old ->
            transitions.note(old, old.facts().withWarnings(List.of(Warning.of("late", "late")))));
    changes.put("take over", old -> leases.takeOver(old).isPresent());

    changes.forEach(
        (name, change) -> {
          assertThat(change.test(job)).as(name).isFalse();
          assertThat(now(job)).as(name).isEqualTo(now);
        });
  }

  @Test
  void a_requeued_job_waits_as_before_and_its_holder_has_lost_it() {
    Job job = claimed(Draft.of("me"));
    transitions.started(job.id(), job.fence());

    assertThat(transitions.requeue(job.id(), job.fence(), Duration.ZERO, 1)).isTrue();

    Job waiting = now(job);
    assertThat(waiting.stage()).isEqualTo(Stage.QUEUED);
    assertThat(waiting.status()).isEqualTo(JobStatus.QUEUED);
    assertThat(waiting.place()).isEqualTo(new Job.Place(Optional.empty(), 1, job.fence() + 1));
    assertThat(waiting.times().started()).isEmpty();
    assertThat(transitions.started(job.id(), job.fence())).isFalse();
    assertThat(leases.recoverable()).isEmpty();
  }

  @Test
  void a_job_whose_outputs_are_being_collected_is_not_requeued() {
    Job job = claimed(Draft.of("me"));
    transitions.collecting(job, clock.instant(), "{}");

    assertThat(transitions.requeue(job.id(), job.fence(), Duration.ZERO, 1)).isFalse();
  }

  @Test
  void a_waiting_job_is_cancelled_at_once() {
    Job job = accepted(Draft.of("me"));

    assertThat(transitions.requestCancel(job.id())).isTrue();
    assertThat(transitions.finish(job, JobStatus.CANCELLED, job.facts())).isPresent();

    assertThat(now(job).status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(Claims.first(queue, Map.of("gpu-1", 1))).isEmpty();
    assertThat(transitions.requestCancel(job.id())).isFalse();
  }

  @Test
  void the_cancellation_of_a_submitted_job_is_marked_for_the_gateway_that_has_it() {
    Job job = claimed(Draft.of("me"));
    Jobs other = gateway("gateway-2");

    assertThat(other.transitions().requestCancel(job.id())).isTrue();

    assertThat(queries.cancelledOnBackends()).extracting(Job::id).containsExactly(job.id());
    assertThat(now(job).cancelRequested()).isTrue();
    assertThat(other.queries().cancelledOnBackends()).isEmpty();
  }

  @Test
  void only_waiting_jobs_that_have_expired_are_found() {
    Instant soon = clock.instant().plusSeconds(60);
    Job expired = accepted(Draft.of("me").expires(soon));
    accepted(Draft.of("me").expires(soon.plusMillis(1)));
    accepted(Draft.of("me"));
    Job ended = accepted(Draft.of("me").expires(soon));
    transitions.finish(ended, JobStatus.CANCELLED, ended.facts());

    clock.advance(Duration.ofMillis(59_999));
    assertThat(queries.expiredWaiting()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(queries.expiredWaiting()).containsExactly(expired);
  }

  private Job now(Job job) {
    UUID id = job.id();
    return queries.find(id).orElseThrow();
  }
}
