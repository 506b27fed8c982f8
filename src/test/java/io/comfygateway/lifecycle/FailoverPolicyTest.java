package io.comfygateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.re2j.Pattern;
import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.NodeStarts;
import io.comfygateway.job.StoreTest;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.ProbePolicy;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.prompt.PromptResult;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which failed prompts get another try, and where. */
class FailoverPolicyTest extends StoreTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);
  private static final Backend ONE = new Backend("gpu-1", URI.create("http://127.0.0.1:8188"), 2);
  private static final Backend TWO = new Backend("gpu-2", URI.create("http://127.0.0.1:8189"), 2);
  private static final String OUT_OF_MEMORY = "torch.OutOfMemoryError";
  private static final PromptResult.Failed OF_MEMORY =
      new PromptResult.Failed(
          Optional.of("3"),
          Optional.of("KSampler"),
          Optional.of(OUT_OF_MEMORY),
          "Allocation on device");
  private static final int ATTEMPTS = 3;
  private static final int FAILED_PROMPTS = 3;

  private final RunningPrompts running = new RunningPrompts(Duration.ofSeconds(3), clock);
  private Backends backends;
  private FailoverPolicy policy;

  private void pool(Backend... servers) {
    backends =
        new Backends(
            List.of(servers),
            new ProbePolicy(3, PAUSE, PAUSE, FAILED_PROMPTS, PAUSE, PAUSE, PAUSE, PAUSE),
            clock,
            false);
    List.of(servers).forEach(server -> backends.health().up(server.name()));
    policy =
        new FailoverPolicy(
            queries,
            transitions,
            jobs.requirements(),
            backends,
            running,
            new ProgressBoard(new NodeStarts(InstantSource.system())),
            TestJson.MAPPER,
            new FailoverPolicy.Rules(Pattern.compile("CUDA error|CUBLAS_STATUS"), ATTEMPTS));
  }

  private RunningPrompt run(Job job) {
    running.arrived(job, Optional.empty(), false);
    return running.find(job.id()).orElseThrow();
  }

  private Job claimedAgain(String server) {
    return queue.claim(Map.of(server, 1), (backend, needs) -> true, 1).get(0).job();
  }

  private Job now(Job job) {
    return queries.find(job.id()).orElseThrow();
  }

  private String chance(RunningPrompt prompt, String type, String message) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    policy.judge(
        exchange,
        prompt,
        new PromptResult.Failed(
            Optional.of("3"), Optional.of("KSampler"), Optional.of(type), message));
    return exchange.getProperty("chance", String.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "torch.OutOfMemoryError: Allocation on device",
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "RuntimeError: MPS backend out of memory (MPS allocated: 9 GB)"
      })
  void out_of_memory_is_freed_and_the_prompt_runs_once_more(String failure) throws Exception {
    pool(ONE, TWO);
    Job job = claimed(Draft.of("me"));
    RunningPrompt prompt = run(job);
    String type = failure.substring(0, failure.indexOf(':'));

    assertThat(chance(prompt, type, failure)).isEqualTo("free");
    assertThat(TestJson.MAPPER.readTree(policy.freeBody()))
        .isEqualTo(TestJson.MAPPER.readTree("{\"unload_models\": true, \"free_memory\": true}"));
    policy.afterFreeing(prompt, OF_MEMORY);

    assertThat(running.has(job.id())).isFalse();
    Job again = claimedAgain("gpu-1");
    assertThat(again.id()).isEqualTo(job.id());
    assertThat(again.facts().warnings()).extracting(Warning::code).containsExactly("memory_freed");
    assertThat(again.facts().freedOn()).containsExactly("gpu-1");
  }

  @Test
  void out_of_memory_after_memory_was_freed_goes_to_another_server() {
    pool(ONE, TWO);
    Job job = claimed(Draft.of("me"));
    policy.afterFreeing(run(job), OF_MEMORY);
    RunningPrompt second = run(claimedAgain("gpu-1"));

    assertThat(chance(second, OUT_OF_MEMORY, "Allocation on device")).isEqualTo("elsewhere");
    policy.elsewhere(second, OF_MEMORY);

    assertThat(now(job).stage().isWaiting()).isTrue();
    assertThat(now(job).facts().failedOn()).containsExactly("gpu-1");
    assertThat(now(job).facts().failedAttempts())
        .extracting(JobFacts.FailedAttempt::backend, JobFacts.FailedAttempt::detail)
        .containsExactly(
            tuple("gpu-1", "Allocation on device"), tuple("gpu-1", "Allocation on device"));
    RunningPrompt third = run(claimedAgain("gpu-2"));
    assertThat(chance(third, OUT_OF_MEMORY, "Allocation on device")).isEqualTo("free");
  }

  @Test
  void out_of_memory_after_memory_was_freed_fails_where_no_other_server_is() {
    pool(ONE);
    Job job = claimed(Draft.of("me"));
    policy.afterFreeing(run(job), OF_MEMORY);

    assertThat(chance(run(claimedAgain("gpu-1")), OUT_OF_MEMORY, "Allocation on device"))
        .isEqualTo("none");
  }

  @Test
  void an_error_of_the_server_goes_to_another_server() {
    pool(ONE, TWO);

    assertThat(
            chance(
                run(claimed(Draft.of("me"))),
                "RuntimeError",
                "CUDA error: device-side assert triggered"))
        .isEqualTo("elsewhere");
  }

  @Test
  void an_error_of_the_server_fails_after_the_last_attempt() {
    pool(ONE, TWO);
    Job job = claimed(Draft.of("me"));
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      job = transitions.attempt(job).orElseThrow();
    }

    assertThat(chance(run(job), "RuntimeError", "CUDA error: no device")).isEqualTo("none");
  }

  @Test
  void an_error_of_the_prompt_fails_it_and_the_server_stays() {
    pool(ONE, TWO);

    assertThat(chance(run(claimed(Draft.of("me"))), "ValueError", "bad latent")).isEqualTo("none");
    assertThat(backends.health().isResting("gpu-1")).isFalse();
  }

  @Test
  void a_server_that_fails_one_prompt_after_the_other_rests_and_the_last_one_goes_elsewhere() {
    pool(ONE, TWO);
    for (int n = 1; n < FAILED_PROMPTS; n++) {
      assertThat(chance(run(claimed(Draft.of("me"))), "OSError", "no such file")).isEqualTo("none");
    }

    assertThat(chance(run(claimed(Draft.of("me"))), "OSError", "no such file"))
        .isEqualTo("elsewhere");
    assertThat(backends.health().isResting("gpu-1")).isTrue();
  }

  @Test
  void a_prompt_that_fails_on_a_second_server_takes_neither_out() {
    pool(ONE, TWO);
    for (int n = 0; n < FAILED_PROMPTS; n++) {
      backends.health().promptFailed("gpu-1", "OSError");
    }
    assertThat(backends.health().isResting("gpu-1")).isTrue();
    Job job = claimed(Draft.of("me"));
    policy.elsewhere(run(job), OF_MEMORY);

    assertThat(chance(run(claimedAgain("gpu-2")), "OSError", "no such file")).isEqualTo("none");
    assertThat(backends.health().isResting("gpu-1")).isFalse();
    assertThat(backends.health().isResting("gpu-2")).isFalse();
  }

  @Test
  void a_cancelled_job_gets_no_other_try() {
    pool(ONE, TWO);
    Job job = claimed(Draft.of("me"));
    transitions.requestCancel(job.id());

    assertThat(chance(run(job), OUT_OF_MEMORY, "Allocation on device")).isEqualTo("none");
  }

  @Test
  void a_job_that_another_gateway_has_is_left_to_it() {
    pool(ONE, TWO);
    Job job = claimed(Draft.of("me"));
    RunningPrompt prompt = run(job);
    clock.advance(LEASE.plusMillis(1));
    gateway("gateway-2").leases().takeOver(job).orElseThrow();

    assertThat(chance(prompt, OUT_OF_MEMORY, "Allocation on device")).isEqualTo("none");
    policy.afterFreeing(prompt, OF_MEMORY);

    assertThat(now(job).stage()).isEqualTo(job.stage());
    assertThat(running.has(job.id())).isFalse();
  }

  @Test
  void the_server_forgets_the_one_prompt_that_is_tried_again() throws Exception {
    pool(ONE);
    Job job = claimed(Draft.of("me"));
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    String expected = "{\"delete\":[\"%s\"]}".formatted(job.id());

    assertThat(policy.forgetBody(exchange, run(job), null)).isEqualTo(expected);
    assertThat(policy.forgetBody(exchange, null, job)).isEqualTo(expected);
    assertThat(exchange.getProperty("contentType")).isEqualTo("application/json");
  }
}
