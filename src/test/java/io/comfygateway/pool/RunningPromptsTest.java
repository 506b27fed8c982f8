package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.SettableClock;
import io.comfygateway.TestJson;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunningPromptsTest {
  private static final UUID JOB = UUID.fromString("abcdef01-2222-4222-8222-222222222222");
  private final SettableClock clock = new SettableClock();
  private final RunningPrompts runningPrompts = new RunningPrompts(Duration.ofSeconds(3), clock);

  @Test
  void a_backend_is_told_again_to_stop_a_prompt_that_it_still_has_after_a_pause() {
    assertThat(runningPrompts.requestStop(JOB, "cancelled")).isFalse();
    runningPrompts.arrived(job(), Optional.empty(), false);

    assertThat(runningPrompts.requestStop(JOB, "timeout")).isTrue();
    assertThat(runningPrompts.requestStop(JOB, "cancelled")).isFalse();

    clock.advance(Duration.ofSeconds(3));
    assertThat(runningPrompts.requestStop(JOB, "cancelled")).isTrue();
    assertThat(runningPrompts.find(JOB).orElseThrow().stopping().orElseThrow().why())
        .isEqualTo("timeout");

    runningPrompts.forget(JOB);
    assertThat(runningPrompts.requestStop(JOB, "cancelled")).isFalse();
  }

  @Test
  void whoever_sees_a_prompt_run_tells_it_until_that_is_committed() {
    assertThat(runningPrompts.isUnreported(JOB)).isFalse();
    runningPrompts.arrived(job(), Optional.empty(), true);

    assertThat(runningPrompts.isUnreported(JOB)).isTrue();
    assertThat(runningPrompts.isUnreported(JOB)).isTrue();

    runningPrompts.reported(JOB);
    assertThat(runningPrompts.isUnreported(JOB)).isFalse();
  }

  @Test
  void a_job_claimed_while_the_held_ones_were_read_is_still_known_to_be_unsent() {
    UUID lost = UUID.fromString("abcdef02-2222-4222-8222-222222222222");
    UUID held = UUID.fromString("abcdef03-2222-4222-8222-222222222222");
    Submissions submissions = runningPrompts.submissions();
    submissions.claimed(lost);
    submissions.unclear(lost, "no answer");
    submissions.claimed(held);
    Set<UUID> known = submissions.known();
    submissions.claimed(JOB);

    runningPrompts.keepOnly(Map.of(held, 1L), clock.instant(), known);

    assertThat(submissions.isUnsent(JOB)).isTrue();
    assertThat(submissions.isUnsent(held)).isTrue();
    assertThat(submissions.isUnsent(lost)).isFalse();
    assertThat(submissions.whyUnclear(lost)).isEmpty();
  }

  @Test
  void a_server_may_have_a_prompt_from_when_it_is_sent_on() {
    runningPrompts.submissions().claimed(JOB);
    assertThat(runningPrompts.mayHave(JOB)).isFalse();

    runningPrompts.submissions().sending(JOB);
    assertThat(runningPrompts.mayHave(JOB)).isTrue();
    assertThat(runningPrompts.has(JOB)).isFalse();

    runningPrompts.arrived(job(), Optional.empty(), false);
    assertThat(runningPrompts.mayHave(JOB)).isTrue();

    runningPrompts.forget(JOB);
    assertThat(runningPrompts.mayHave(JOB)).isFalse();

    runningPrompts.submissions().sending(JOB);
    runningPrompts.keepOnly(Map.of(), clock.instant(), Set.of(JOB));
    assertThat(runningPrompts.mayHave(JOB)).isFalse();
  }

  private Job job() {
    return new Job(
        JOB,
        1,
        "ann",
        Optional.empty(),
        JobStatus.QUEUED,
        Stage.SUBMITTED,
        0,
        new Job.Place(Optional.of("gpu-1"), 1, 1),
        Job.Times.waiting(clock.instant(), Optional.empty()),
        Optional.empty(),
        false,
        JobFacts.of(Map.of(), TestJson.MAPPER.createObjectNode()),
        Optional.empty(),
        Optional.empty());
  }
}
