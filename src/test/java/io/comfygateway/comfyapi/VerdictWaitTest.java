package io.comfygateway.comfyapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.http.LongPollLimit;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.StoreTest;
import io.comfygateway.pool.RunningPrompts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code POST /prompt} waits for a server's verdict only while one is about to come. */
class VerdictWaitTest extends StoreTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final RunningPrompts running = new RunningPrompts(SECOND, clock);

  private Optional<LongPollLimit> wait(Job job, int room, Duration longest) {
    return new VerdictWait(running, jobs.positions(), any -> room, longest).of(job);
  }

  @Test
  void a_prompt_for_which_a_server_has_room_waits_until_it_is_accepted_or_has_ended() {
    Job job = accepted(Draft.of("ann"));

    LongPollLimit wait = wait(job, 1, SECOND).orElseThrow();

    assertThat(wait.job()).isEqualTo(job.id());
    assertThat(wait.time()).isEqualTo(SECOND);
    assertThat(wait.enough().test(job)).isFalse();
    running.arrived(job, Optional.empty(), false);
    assertThat(wait.enough().test(job)).isTrue();
    running.forget(job.id());
    assertThat(wait.enough().test(job.finished(JobStatus.FAILED, job.facts(), clock.instant())))
        .isTrue();
  }

  @Test
  void a_prompt_that_is_being_sent_waits() {
    assertThat(wait(claimed(Draft.of("ann")), 0, SECOND)).isPresent();
  }

  @Test
  void a_prompt_behind_others_or_without_a_server_does_not_wait() {
    accepted(Draft.of("ann"));
    Job second = accepted(Draft.of("ann"));

    assertThat(wait(second, 1, SECOND)).isEmpty();
    assertThat(wait(second, 0, SECOND)).isEmpty();
    assertThat(wait(second, 2, SECOND)).isPresent();
  }

  @Test
  void nothing_waits_that_is_accepted_or_where_the_setting_is_zero() {
    Job job = accepted(Draft.of("ann"));
    assertThat(wait(job, 1, Duration.ZERO)).isEmpty();

    running.arrived(job, Optional.empty(), false);

    assertThat(wait(job, 1, SECOND)).isEmpty();
  }

  @Test
  void what_a_server_leaves_out_replaces_what_was_expected() {
    JsonNode said =
        TestJson.parse("{\"5\": {\"errors\": [{}], \"dependent_outputs\": [\"6\", \"7\"]}}");
    PromptDetail expected =
        new PromptDetail(List.of("2", "6"), TestJson.parse("{\"9\": {\"errors\": []}}"));

    PromptDetail detail = expected.leavingOut(said);

    assertThat(detail.outputs()).containsExactly("2");
    assertThat(detail.nodeErrors()).isEqualTo(said);
  }
}
