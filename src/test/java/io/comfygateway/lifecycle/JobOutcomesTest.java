package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.Stage;
import io.comfygateway.output.OutputMissingException;
import io.comfygateway.problem.Problem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

/** The ways in which a job ends, and that only its holder ends it. */
class JobOutcomesTest extends LifecycleTest {
  private static final String CALLBACK = "https://hooks.example.org/done";

  private final Exchange exchange = exchange();

  @Test
  void an_end_says_that_the_job_has_ended_and_that_a_delivery_is_due() {
    Job job = claimed(Draft.of("me").callback(CALLBACK));

    outcomes.succeeded(exchange, job, List.of(), job.facts(), List.of());

    assertThat(exchange.getProperty("ended", Boolean.class)).isTrue();
    assertThat(exchange.getProperty("isDelivered", Boolean.class)).isTrue();
    assertThat(exchange.getProperty("job", Job.class)).isEqualTo(now(job));
    assertThat(now(job).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void a_gateway_that_lost_its_lease_ends_nothing_and_delivers_nothing() {
    Job job = claimed(Draft.of("me").callback(CALLBACK));
    Job holder = leases.takeOver(job).orElseThrow();

    outcomes.succeeded(exchange, job, List.of(), job.facts(), List.of());

    assertThat(exchange.getProperty("ended", Boolean.class)).isFalse();
    assertThat(exchange.getProperty("isDelivered", Boolean.class)).isFalse();
    assertThat(now(job)).isEqualTo(holder);
    assertThat(deliveries.queries().of(job.id())).isEmpty();
  }

  @Test
  void a_second_attempt_after_a_crash_ends_the_job_once() {
    Job job = claimed(Draft.of("me").callback(CALLBACK));
    Job again = leases.takeOver(job).orElseThrow();

    outcomes.succeeded(exchange, again, List.of(), again.facts(), List.of());
    outcomes.succeeded(exchange(), again, List.of(), again.facts(), List.of());

    assertThat(deliveries.queries().of(job.id())).hasSize(1);
  }

  @Test
  void a_refused_prompt_fails_with_the_reason_that_comfyui_gives() {
    Job job = claimed(Draft.of("me"));

    outcomes.refused(
        exchange,
        job,
        queries.document(job.id()),
        400,
        body(
            """
            {"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs", "details": "none"},
             "node_errors": {"3": {"errors": []}}}"""));

    JobError error = now(job).facts().error().orElseThrow();
    assertThat(error.type()).isEqualTo("prompt_no_outputs");
    assertThat(error.detail()).isEqualTo("Prompt has no outputs: none");
    assertThat(error.nodeErrors().orElseThrow().has("3")).isTrue();
  }

  @Test
  void a_refusal_that_is_not_json_names_its_status() {
    Job job = claimed(Draft.of("me"));

    outcomes.refused(
        exchange, job, queries.document(job.id()), 413, body("<html>too large</html>"));

    assertThat(now(job).facts().error().orElseThrow())
        .satisfies(error -> assertThat(error.type()).isEqualTo("invalid_prompt"))
        .satisfies(error -> assertThat(error.detail()).contains("413").contains("too large"));
  }

  @Test
  void a_missing_output_fails_the_job_with_its_node() {
    Job job = claimed(Draft.of("me"));
    Exception why = new IllegalStateException(OutputMissingException.ofPicture("12"));

    outcomes.outputMissing(exchange, job, why);

    JobError error = now(job).facts().error().orElseThrow();
    assertThat(error.type()).isEqualTo("output_missing");
    assertThat(error.node()).contains("12");
  }

  @Test
  void a_job_that_waits_or_is_collected_is_cancelled_at_once() {
    Job waiting = accepted(Draft.of("me"));
    outcomes.cancel(exchange, waiting);
    assertThat(now(waiting).status()).isEqualTo(JobStatus.CANCELLED);

    Job collected = claimed(Draft.of("me"));
    transitions.collecting(collected, clock.instant(), "{}");
    outcomes.cancel(exchange(), now(collected));
    assertThat(now(collected).status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void a_job_on_a_backend_is_only_marked_until_the_backend_has_stopped_it() {
    Job job = claimed(Draft.of("me"));

    outcomes.cancel(exchange, job);

    assertThat(now(job).stage()).isEqualTo(Stage.SUBMITTED);
    assertThat(now(job).cancelRequested()).isTrue();
    assertThat(exchange.getProperty("ended")).isNull();
  }

  @Test
  void a_job_that_has_ended_cannot_be_cancelled_except_a_second_time() {
    Job cancelled = accepted(Draft.of("me"));
    outcomes.cancel(exchange, cancelled);
    outcomes.cancel(exchange, now(cancelled));

    Job done = claimed(Draft.of("me"));
    outcomes.succeeded(exchange(), done, List.of(), done.facts(), List.of());
    assertThatThrownBy(() -> outcomes.cancel(exchange(), now(done)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("succeeded");
  }

  private static ByteArrayInputStream body(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
