package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.comfygateway.delivery.Delivery;
import io.comfygateway.delivery.DeliveryDispatch;
import io.comfygateway.delivery.Verdict;
import io.comfygateway.job.AtOnce;
import io.comfygateway.job.BatchDocument;
import io.comfygateway.job.BatchStore.NewBatch;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.output.Output;
import io.comfygateway.output.StoredOutput;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/** How a job ends: all of it, or nothing. */
class JobCompletionTest extends LifecycleTest {
  private static final String URL = "https://hooks.example.org:8443/done?token=secret";

  @Test
  void a_success_is_stored_with_its_outputs_and_what_tells_of_it() {
    Job job = claimed(Draft.of("me").callback(URL).s3());

    JobCompletion.Ended ended =
        completion
            .end(job, JobStatus.SUCCEEDED, List.of(output(job, 0), output(job, 1)), job.facts())
            .orElseThrow();

    assertThat(ended).isEqualTo(new JobCompletion.Ended(now(job), true));
    assertThat(now(job).status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(outputs.of(job.id())).containsExactly(output(job, 0), output(job, 1));
    assertThat(deliveries.queries().of(job.id()))
        .extracting(Delivery::kind, Delivery::event, Delivery::target, Delivery::status)
        .containsExactly(
            tuple("s3", "succeeded", "s3:default", "due"),
            tuple("callback", "succeeded", "hooks.example.org:8443", "waiting"));
  }

  @Test
  void when_an_output_cannot_be_stored_the_job_has_not_ended() {
    Job job = claimed(Draft.of("me").callback(URL).s3());

    assertThatThrownBy(
            () ->
                completion.end(
                    job, JobStatus.SUCCEEDED, List.of(output(job, 0), output(job, 0)), job.facts()))
        .isInstanceOf(DataIntegrityViolationException.class);

    assertThat(now(job)).isEqualTo(job);
    assertThat(outputs.of(job.id())).isEmpty();
    assertThat(deliveries.queries().of(job.id())).isEmpty();
    assertThat(completion.end(job, JobStatus.SUCCEEDED, List.of(output(job, 0)), job.facts()))
        .isPresent();
  }

  @Test
  void a_late_ending_stores_and_tells_nothing() {
    Job job = claimed(Draft.of("me").callback(URL));
    leases.takeOver(job).orElseThrow();

    assertThat(completion.end(job, JobStatus.SUCCEEDED, List.of(output(job, 0)), job.facts()))
        .isEmpty();

    assertThat(now(job).stage()).isEqualTo(Stage.SUBMITTED);
    assertThat(outputs.of(job.id())).isEmpty();
    assertThat(deliveries.queries().of(job.id())).isEmpty();
  }

  @Test
  void a_failure_is_told_with_its_reason_and_copies_nothing() {
    Job job = claimed(Draft.of("me").callback(URL).s3());
    JobError why = JobError.of("timeout", "The prompt ran for longer than its timeout.");

    assertThat(completion.end(job, JobStatus.FAILED, List.of(), job.facts().withError(why)))
        .isPresent();

    assertThat(now(job).facts().error()).contains(why);
    assertThat(deliveries.queries().of(job.id()))
        .extracting(Delivery::kind, Delivery::event, Delivery::status)
        .containsExactly(tuple("callback", "failed", "due"));
  }

  @Test
  void the_end_of_a_batch_is_told_with_its_last_job_and_waits_for_the_copies_of_all() {
    UUID batch = UUID.randomUUID();
    List<NewBatch.Row> rows =
        List.of(
            new NewBatch.Row(0, queue.prepare(Draft.of("me").batch(batch).s3().build())),
            new NewBatch.Row(1, queue.prepare(Draft.of("me").batch(batch).build())));
    JobDocument.Callback callback =
        new JobDocument.Callback(URL, Map.of(), "json", Set.of("succeeded", "failed"));
    BatchDocument document = new BatchDocument(Optional.of(callback), null, List.of());
    batches.accept(new NewBatch(batch, "me", document, rows, Optional.empty()), () -> {});
    List<Job> claimed =
        queue.claim(Map.of("gpu-1", 2), (backend, needs) -> true, 2).stream()
            .map(Claim::job)
            .toList();
    Job copied = claimed.get(0);
    Job last = claimed.get(1);

    assertThat(
            completion.end(copied, JobStatus.SUCCEEDED, List.of(output(copied, 0)), copied.facts()))
        .isPresent();
    assertThat(deliveries.queries().ofBatch(batch)).isEmpty();
    assertThat(
            completion.end(
                last,
                JobStatus.FAILED,
                List.of(),
                last.facts().withError(JobError.of("lost", "x"))))
        .hasValueSatisfying(ended -> assertThat(ended.isDelivered()).isTrue());

    assertThat(deliveries.queries().ofBatch(batch))
        .extracting(Delivery::kind, Delivery::event, Delivery::target, Delivery::status)
        .containsExactly(tuple("batch", "failed", "hooks.example.org:8443", "due"));
    assertThat(deliveries.queries().copiesOfBatch(batch)).isTrue();
    Delivery copy =
        deliveries
            .dispatch()
            .claim(
                new DeliveryDispatch.UnderWay(Map.of(), Map.of()),
                new DeliveryDispatch.Limits(9, 1_000, 1_000))
            .stream()
            .filter(due -> "s3".equals(due.kind()))
            .findFirst()
            .orElseThrow();
    deliveries.queue().recordResult(copy, new Verdict.Delivered(), Optional.of(200));
    assertThat(deliveries.queries().copiesOfBatch(batch)).isFalse();
  }

  @Test
  void that_a_prompt_runs_is_told_once_by_whoever_commits_it_first() {
    Job job = claimed(Draft.of("me").callback(URL, "running"));

    List<Boolean> committed = AtOnce.run(4, thread -> completion.running(job.id(), job.fence()));

    assertThat(committed).containsOnlyOnce(true);
    assertThat(deliveries.queries().of(job.id()))
        .extracting(Delivery::event)
        .containsExactly("running");
  }

  @Test
  void an_event_that_the_caller_did_not_ask_for_is_not_told() {
    Job job = accepted(Draft.of("me").callback(URL));

    assertThat(completion.end(job, JobStatus.CANCELLED, List.of(), job.facts())).isPresent();

    assertThat(now(job).status()).isEqualTo(JobStatus.CANCELLED);
    assertThat(deliveries.queries().of(job.id())).isEmpty();
  }

  @Test
  void a_job_without_a_callback_is_told_to_nobody() {
    Job job = claimed(Draft.of("me"));

    JobCompletion.Ended ended =
        completion
            .end(job, JobStatus.SUCCEEDED, List.of(output(job, 0)), job.facts())
            .orElseThrow();

    assertThat(ended).isEqualTo(new JobCompletion.Ended(now(job), false));
    assertThat(deliveries.queries().of(job.id())).isEmpty();
  }

  private static Output output(Job job, int index) {
    return new Output(
        job.id(),
        index,
        new Output.Source("9", "image", "ComfyUI_0000" + index + "_.png"),
        new StoredOutput("ab/cd/" + index, 1_234L, "0".repeat(64), "image/png", Optional.empty()),
        Optional.empty());
  }
}
