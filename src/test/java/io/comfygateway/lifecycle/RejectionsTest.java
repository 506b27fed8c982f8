package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.retry.RetryDelays;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

/** How often a prompt is sent that may have been sent before. */
class RejectionsTest extends LifecycleTest {
  @Test
  void an_attempt_that_ended_the_process_counts_and_after_the_last_one_the_job_fails() {
    Job job = claimed(Draft.of("me"));

    for (int attempt = 2; attempt <= 3; attempt++) {
      Exchange restarted =
          again(rejections(new RunningPrompts(Duration.ofSeconds(3), clock)), takenOver(job));
      assertThat(restarted.getProperty("ended", Boolean.class)).isFalse();
      assertThat(now(job).place().attempts()).isEqualTo(attempt);
      assertThat(restarted.getProperty("job", Job.class)).isEqualTo(now(job));
    }
    Exchange last =
        again(rejections(new RunningPrompts(Duration.ofSeconds(3), clock)), takenOver(job));

    assertThat(last.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).status()).isEqualTo(JobStatus.FAILED);
    assertThat(now(job).place().attempts()).isEqualTo(3);
    assertThat(now(job).facts().error().orElseThrow().detail())
        .contains("attempt 3 of 3")
        .contains("the gateway ended each time");
  }

  @Test
  void a_job_that_this_process_claimed_and_did_not_send_yet_is_sent_without_counting() {
    RunningPrompts sent = new RunningPrompts(Duration.ofSeconds(3), clock);
    Job job = claimed(Draft.of("me"));
    sent.submissions().claimed(job.id());

    again(rejections(sent), takenOver(job));

    assertThat(now(job).place().attempts()).isEqualTo(1);
  }

  @Test
  void a_job_that_another_gateway_has_by_now_is_not_counted() {
    Job job = claimed(Draft.of("me"));
    Job stale = takenOver(job);
    takenOver(job);

    again(rejections(new RunningPrompts(Duration.ofSeconds(3), clock)), stale);

    assertThat(now(job).place().attempts()).isEqualTo(1);
  }

  @Test
  void a_cancelled_job_that_is_not_there_ends_and_is_not_sent() {
    Job job = claimed(Draft.of("me"));
    transitions.requestCancel(job.id());

    Exchange exchange =
        again(rejections(new RunningPrompts(Duration.ofSeconds(3), clock)), takenOver(job));

    assertThat(exchange.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void look_ups_that_end_the_process_each_time_end_the_job() {
    Job job = claimed(Draft.of("me"));
    for (int i = 0; i < 3; i++) {
      Exchange exchange = lookUp(takenOver(job));
      assertThat(exchange.getProperty("ended", Boolean.class)).isFalse();
    }

    Exchange fourth = lookUp(takenOver(job));

    assertThat(fourth.getProperty("ended", Boolean.class)).isTrue();
    assertThat(now(job).facts().error().orElseThrow().detail())
        .contains("ended 3 times in a row", "gpu-1");
  }

  private Exchange lookUp(Job job) {
    Exchange exchange = exchange();
    rejections(new RunningPrompts(Duration.ofSeconds(3), clock)).lookUp(exchange, job, GPU_1);
    return exchange;
  }

  private Exchange again(Rejections rejections, Job job) {
    Exchange exchange = exchange();
    rejections.again(exchange, job, GPU_1);
    return exchange;
  }

  private Job takenOver(Job job) {
    return leases.takeOver(now(job)).orElseThrow();
  }

  private Rejections rejections(RunningPrompts sent) {
    return new Rejections(
        transitions,
        jobs.requirements(),
        backends(3, GPU_1),
        sent,
        progress,
        outcomes,
        new Rejections.Rules(ATTEMPTS, RetryDelays.parse("1s,2s"), Duration.ofHours(1)),
        clock);
  }
}
