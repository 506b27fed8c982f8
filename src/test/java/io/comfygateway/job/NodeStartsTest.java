package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NodeStartsTest {
  private final NodeStarts starts = new NodeStarts(InstantSource.system());
  private final UUID job = UUID.randomUUID();

  @Test
  void the_nodes_of_a_job_are_kept_in_the_order_in_which_they_began() {
    starts.begin(job);
    starts.started(job, "3");
    starts.started(job, "3");
    starts.started(job, "9");
    starts.started(job, "3");

    assertThat(starts.of(job)).extracting(JobFacts.NodeStart::node).containsExactly("3", "9", "3");
    assertThat(starts.of(UUID.randomUUID())).isEmpty();
  }

  @Test
  void what_came_before_the_prompt_was_sent_again_is_forgotten() {
    starts.begin(job);
    starts.started(job, "3");

    starts.begin(job);

    assertThat(starts.of(job)).isEmpty();
    starts.forget(job);
    starts.started(job, "3");
    assertThat(starts.of(job)).isEmpty();
  }

  @Test
  void neither_many_nodes_nor_long_ids_nor_many_jobs_are_kept() {
    starts.begin(job);
    for (int n = 0; n < 1_000; n++) {
      starts.started(job, "n" + n);
    }
    UUID other = UUID.randomUUID();
    starts.begin(other);
    starts.started(other, "x".repeat(101));
    assertThat(starts.of(job)).hasSize(100);
    assertThat(starts.of(other)).isEmpty();

    for (int n = 0; n < 5_000; n++) {
      starts.begin(new UUID(1, n));
    }

    assertThat(starts.of(job)).isEmpty();
  }
}
