package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.AbandonedPrompts;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.BackendFailure;
import io.comfygateway.pool.Backends;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which jobs are waited for no longer where they are. */
class UnreachableJobsTest extends LifecycleTest {
  private static final Duration GIVE_UP = Duration.ofMinutes(10);

  private final Backends backends = backends(1, GPU_1, GPU_2);

  @Test
  void nothing_is_due_on_a_server_that_answers_or_was_not_asked_yet() {
    Job job = claimed(Draft.of("me"));
    transitions.requestCancel(job.id());

    assertThat(unreachable(GIVE_UP).due()).isEmpty();
    backends.health().up("gpu-1");
    assertThat(unreachable(GIVE_UP).due()).isEmpty();

    backends.health().down("gpu-1", new BackendFailure("no answer", true));
    assertThat(unreachable(GIVE_UP).due())
        .extracting(UnreachableJobs.Due::what)
        .containsExactly(UnreachableJobs.What.CANCELLED);
  }

  @Test
  void a_job_moves_after_the_time_of_the_setting_where_another_server_takes_work() {
    Job job = claimed(Draft.of("me"));
    backends.health().down("gpu-1", new BackendFailure("no answer", true));
    clock.advance(GIVE_UP);
    assertThat(unreachable(GIVE_UP).due()).isEmpty();
    backends.health().up("gpu-2");
    assertThat(unreachable(Duration.ZERO).due()).isEmpty();
    assertThat(unreachable(GIVE_UP.plusSeconds(1)).due()).isEmpty();

    UnreachableJobs unreachable = unreachable(GIVE_UP);
    settle(unreachable);

    Job moved = queries.find(job.id()).orElseThrow();
    assertThat(moved.stage()).isEqualTo(Stage.QUEUED);
    assertThat(moved.facts().warnings().get(0).code()).isEqualTo("server_unreachable");
    assertThat(unreachable.toStop()).isEmpty();
    comeBack();
    assertThat(unreachable.toStop())
        .containsExactly(new AbandonedPrompts.Abandoned("gpu-1", job.id()));
    assertThat(unreachable.toStop()).as("told again only after a pause").isEmpty();
  }

  @Test
  void outputs_that_are_out_of_reach_are_made_anew_elsewhere_and_nothing_is_stopped() {
    Job job = claimed(Draft.of("me"));
    transitions.collecting(job, clock.instant(), "{}");
    backends.health().down("gpu-1", new BackendFailure("no answer", true));
    backends.health().up("gpu-2");
    clock.advance(GIVE_UP);

    UnreachableJobs unreachable = unreachable(GIVE_UP);
    settle(unreachable);

    assertThat(queries.find(job.id()).orElseThrow().stage()).isEqualTo(Stage.QUEUED);
    comeBack();
    assertThat(unreachable.toStop()).isEmpty();
  }

  @Test
  void a_prompt_that_was_given_to_the_same_server_again_is_not_stopped_there() {
    Job job = claimed(Draft.of("me"));
    new AbandonedPrompts(database.jdbc()).add("gpu-1", job.id());
    new AbandonedPrompts(database.jdbc()).add("gpu-1", job.id());
    backends.health().up("gpu-1");

    assertThat(unreachable(GIVE_UP).toStop()).isEmpty();
  }

  @Test
  void a_job_in_hand_is_left_alone_and_a_timeout_needs_a_prompt_that_ran() {
    Job job = claimed(Draft.of("me").timeout(5));
    backends.health().down("gpu-1", new BackendFailure("no answer", true));
    clock.advance(Duration.ofSeconds(6));
    assertThat(unreachable(GIVE_UP).due()).isEmpty();

    prompts.arrived(job, Optional.of(clock.instant()), false);
    clock.advance(Duration.ofSeconds(6));
    assertThat(unreachable(GIVE_UP).due())
        .extracting(UnreachableJobs.Due::what)
        .containsExactly(UnreachableJobs.What.TIMEOUT);

    inProgress.take(job.id(), exchange());
    assertThat(unreachable(GIVE_UP).due()).isEmpty();
  }

  private void comeBack() {
    assertThat(backends.health().toProbe()).extracting(Backend::name).contains("gpu-1");
    assertThat(backends.health().up("gpu-1")).isTrue();
  }

  private static void settle(UnreachableJobs unreachable) {
    unreachable.due().forEach(due -> unreachable.settle(exchange(), due));
  }

  private UnreachableJobs unreachable(Duration giveUp) {
    return new UnreachableJobs(
        leases,
        transitions,
        jobs.requirements(),
        new AbandonedPrompts(database.jdbc()),
        backends,
        new UnreachableJobs.Work(prompts, progress, inProgress),
        outcomes,
        new UnreachableJobs.Waits(giveUp, Duration.ofSeconds(10)),
        clock);
  }
}
