package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.prompt.PromptResult;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

/** What a prompt that ended without outputs means for its job. */
class PromptOutcomesTest extends LifecycleTest {
  private final Exchange exchange = exchange();

  @Test
  void a_node_that_raised_fails_the_job_and_the_prompt_is_forgotten() {
    RunningPrompt prompt = running(claimed(Draft.of("me")));

    steps().failed(exchange, prompt, raised());

    JobError error = queries.find(prompt.job()).orElseThrow().facts().error().orElseThrow();
    assertThat(error.type()).isEqualTo("execution_error");
    assertThat(error.node()).contains("3");
    assertThat(prompts.has(prompt.job())).isFalse();
  }

  @Test
  void nothing_is_ended_for_a_later_holder_of_the_job() {
    Job job = claimed(Draft.of("me"));
    RunningPrompt prompt = running(job);
    Job holder = leases.takeOver(job).orElseThrow();

    steps().failed(exchange, prompt, raised());
    steps().interrupted(exchange, prompt);
    steps().lost(exchange, prompt);

    assertThat(exchange.getProperties()).doesNotContainKeys("job", "ended");
    assertThat(now(job)).isEqualTo(holder);
  }

  @Test
  void an_interrupted_prompt_is_cancelled_timed_out_or_failed_by_why_it_was_stopped() {
    Job cancelled = claimed(Draft.of("me"));
    transitions.requestCancel(cancelled.id());
    steps().interrupted(exchange(), running(cancelled));
    assertThat(now(cancelled).status()).isEqualTo(JobStatus.CANCELLED);

    Job slow = claimed(Draft.of("me"));
    running(slow);
    prompts.requestStop(slow.id(), "timeout");
    steps().interrupted(exchange(), prompts.find(slow.id()).orElseThrow());
    assertThat(now(slow).facts().error().orElseThrow().type()).isEqualTo("timeout");

    Job other = claimed(Draft.of("me"));
    steps().interrupted(exchange(), running(other));
    assertThat(now(other).facts().error().orElseThrow().type()).isEqualTo("interrupted");
  }

  @Test
  void a_lost_prompt_waits_again_until_the_last_attempt_has_been_made() {
    Job job = claimed(Draft.of("me"));
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      Exchange lost = exchange();
      steps().lost(lost, running(job));
      assertThat(lost.getProperty("ended")).isNull();
      assertThat(now(job).stage()).isEqualTo(Stage.QUEUED);
      job = queue.claim(Map.of("gpu-1", 1), (backend, needs) -> true, 1).get(0).job();
    }

    steps().lost(exchange, running(job));

    assertThat(exchange.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).facts().error().orElseThrow())
        .satisfies(error -> assertThat(error.type()).isEqualTo("lost"))
        .satisfies(error -> assertThat(error.detail()).contains("3 times"));
    assertThat(now(job).facts().failedAttempts()).hasSize(ATTEMPTS - 1);
  }

  @Test
  void a_prompt_that_was_cancelled_before_it_got_lost_is_not_sent_again() {
    Job job = claimed(Draft.of("me"));
    transitions.requestCancel(job.id());

    steps().lost(exchange, running(job));

    assertThat(now(job).status()).isEqualTo(JobStatus.CANCELLED);
  }

  private PromptOutcomes steps() {
    return new PromptOutcomes(queries, transitions, outcomes, prompts, progress, ATTEMPTS);
  }

  private RunningPrompt running(Job job) {
    prompts.arrived(job, Optional.of(clock.instant()), false);
    return prompts.find(job.id()).orElseThrow();
  }

  private static PromptResult.Failed raised() {
    return new PromptResult.Failed(
        Optional.of("3"), Optional.of("KSampler"), Optional.of("RuntimeError"), "no memory");
  }
}
