package io.comfygateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the log says of a job, and that it says nothing that did not happen. */
class JobEventLogTest extends StoreTest {

  private List<String> words(UUID job) {
    return jobs.events().of(job, 1, 100).stream()
        .map(event -> (event.hasBegun() ? "ran, " : "") + event.kind() + " " + event.word())
        .toList();
  }

  @Test
  void a_job_is_queued_runs_and_ends() {
    Job job = claimed(Draft.of("me"));
    transitions.started(job.id(), job.fence());
    Job now = queries.find(job.id()).orElseThrow();
    transitions.finish(now, JobStatus.SUCCEEDED, now.facts());

    assertThat(words(job.id()))
        .containsExactly("STATUS queued", "STATUS running", "FINISHED succeeded");
  }

  @Test
  void a_job_whose_start_nobody_waited_for_says_at_its_end_that_it_ran() {
    Job job = claimed(Draft.of("me"));
    Job collecting = transitions.collecting(job, clock.instant(), "{}").orElseThrow();
    transitions.finish(collecting, JobStatus.SUCCEEDED, job.facts());

    assertThat(words(job.id())).containsExactly("STATUS queued", "ran, FINISHED succeeded");
  }

  @Test
  void a_job_that_never_ran_does_not_say_so() {
    Job job = accepted(Draft.of("me"));
    transitions.finish(job, JobStatus.CANCELLED, job.facts());

    assertThat(words(job.id())).containsExactly("STATUS queued", "FINISHED cancelled");
  }

  @Test
  void a_job_that_returns_to_the_queue_says_so_where_its_caller_saw_it_run() {
    Job job = claimed(Draft.of("me"));
    transitions.requeue(job.id(), job.fence(), Duration.ZERO, 0);
    Job again = Claims.first(queue, java.util.Map.of("gpu-1", 1)).orElseThrow();
    transitions.started(again.id(), again.fence());
    transitions.requeue(again.id(), again.fence(), Duration.ZERO, 0);
    Job third = Claims.first(queue, java.util.Map.of("gpu-1", 1)).orElseThrow();
    Job collecting = transitions.collecting(third, clock.instant(), "{}").orElseThrow();
    transitions.runAgain(collecting);

    assertThat(words(job.id()))
        .containsExactly("STATUS queued", "STATUS running", "STATUS queued", "ran, STATUS queued");
  }

  @Test
  void a_late_writer_adds_nothing() {
    Job job = claimed(Draft.of("me"));
    transitions.started(job.id(), job.fence());
    Job now = queries.find(job.id()).orElseThrow();
    transitions.finish(now, JobStatus.FAILED, job.facts());

    transitions.finish(now, JobStatus.SUCCEEDED, job.facts());
    transitions.started(job.id(), job.fence());
    transitions.requeue(job.id(), job.fence(), Duration.ZERO, 0);

    assertThat(words(job.id()))
        .containsExactly("STATUS queued", "STATUS running", "FINISHED failed");
  }

  @Test
  void a_change_that_is_rolled_back_is_not_in_the_log() {
    Job job = claimed(Draft.of("me"));

    database
        .transaction()
        .executeWithoutResult(
            status -> {
              transitions.started(job.id(), job.fence());
              status.setRollbackOnly();
            });

    assertThat(words(job.id())).containsExactly("STATUS queued");
  }

  @Test
  void events_go_with_their_job() {
    Job job = accepted(Draft.of("me"));
    long newest = jobs.events().newest();
    assertThat(jobs.events().from(newest, 10)).extracting(JobEvent::job).containsExactly(job.id());

    database.jdbc().sql("DELETE FROM job").update();

    assertThat(jobs.events().from(1, 10)).isEmpty();
  }
}
