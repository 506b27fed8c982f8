package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.job.Claim;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.RunningPrompt;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PromptWatchTest extends PromptStepsTest {
  private PromptWatch watch;

  @BeforeEach
  void make() {
    watch = new PromptWatch(leases, transitions, database, backends, running, tracker, clock);
  }

  private Exchange taken(Job job) {
    Exchange exchange = exchange();
    watch.take(exchange, job.id());
    return exchange;
  }

  private RunningPrompt prompt(Job job) {
    return running.find(job.id()).orElseThrow();
  }

  private String outcome(Job job, InputStream history) throws IOException {
    Exchange exchange = exchange();
    watch.readHistory(exchange, prompt(job), 200, history);
    return exchange.getProperty("outcome", String.class);
  }

  private String outcomeInQueue(Job job, InputStream queue) throws IOException {
    Exchange exchange = exchange();
    exchange.setProperty("outcome", "pending");
    watch.readQueue(exchange, prompt(job), 200, queue);
    return exchange.getProperty("outcome", String.class);
  }

  @Test
  void prompts_on_servers_that_answer_are_polled() {
    Job job = onServer(Draft.of("me"));
    assertThat(watch.toPoll()).containsExactly(job.id());

    silence();
    assertThat(watch.toPoll()).isEmpty();

    backends.health().up("gpu-1");
    assertThat(watch.toPoll()).containsExactly(job.id());
  }

  @Test
  void a_prompt_whose_history_is_being_read_is_not_polled_twice() {
    Job job = onServer(Draft.of("me"));
    Exchange exchange = taken(job);

    assertThat(exchange.getProperty("runningPrompt")).isEqualTo(prompt(job));
    assertThat(exchange.getProperty("backend")).isEqualTo(GPU);
    assertThat(exchange.getProperty("promptToStop")).isEqualTo(job.id());
    assertThat(exchange.getProperty("thorough")).isEqualTo(false);
    assertThat(watch.toPoll()).isEmpty();
    assertThat(taken(job).getProperty("runningPrompt")).isNull();

    watch.release(exchange, prompt(job));
    assertThat(taken(job).getProperty("runningPrompt")).isNotNull();
  }

  @Test
  void an_end_that_the_socket_reports_while_the_history_is_read_has_it_read_again()
      throws Exception {
    Job job = onServer(Draft.of("me"));
    progress.follow(job.id(), queries.document(job.id()).prompt());
    Exchange quiet = taken(job);
    watch.release(quiet, prompt(job));
    assertThat(quiet.getProperty("endedMeanwhile")).isEqualTo(false);

    Exchange exchange = taken(job);
    endsOnSocket(job.id());
    watch.release(exchange, prompt(job));

    assertThat(exchange.getProperty("endedMeanwhile")).isEqualTo(true);
  }

  @Test
  void the_history_says_how_a_prompt_ended() throws Exception {
    Job job = onServer(Draft.of("me"));

    assertThat(outcome(job, historyOfSuccess(job.id()))).isEqualTo("succeeded");
    assertThat(
            outcome(
                job,
                recorded(
                    "history of a failed prompt",
                    "de633c12-0dbb-48fe-a42c-619c908a78e8",
                    job.id())))
        .isEqualTo("failed");
    assertThat(
            outcome(
                job,
                recorded(
                    "history of an interrupted prompt",
                    "aaaaaaaa-0000-4000-8000-000000000000",
                    job.id())))
        .isEqualTo("interrupted");
    assertThat(outcome(job, stream("{}"))).isEqualTo("pending");
    assertThat(outcome(job, historyOfSuccess(UUID.randomUUID()))).isEqualTo("pending");
  }

  @Test
  void a_history_that_is_read_shows_that_the_server_answers() throws Exception {
    Job job = onServer(Draft.of("me"));
    silence();

    outcome(job, stream("{}"));

    assertThat(backends.health().isSilent("gpu-1")).isFalse();
  }

  @Test
  void a_status_other_than_200_is_no_history() {
    Job job = onServer(Draft.of("me"));

    assertThatThrownBy(
            () -> watch.readHistory(exchange(), prompt(job), 401, historyOfSuccess(job.id())))
        .isInstanceOf(IOException.class)
        .hasMessage("it answered 401 to GET /history");
  }

  @Test
  void a_prompt_in_the_queue_waits_or_runs() throws Exception {
    Job job = onServer(Draft.of("me"));
    assertThat(outcomeInQueue(job, queueWaitingWith(job.id()))).isEqualTo("pending");
    assertThat(prompt(job).started()).isEmpty();

    Exchange exchange = exchange();
    watch.readQueue(exchange, prompt(job), 200, queueWith(job.id()));

    assertThat(exchange.getProperty("running")).isEqualTo(true);
    assertThat(prompt(job).started()).contains(clock.instant());
  }

  @Test
  void a_prompt_that_runs_for_longer_than_its_timeout_is_stopped_again_and_again()
      throws Exception {
    Job job = onServer(Draft.of("me").timeout(10));
    clock.advance(Duration.ofSeconds(60));
    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("pending");

    clock.advance(Duration.ofSeconds(10));
    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("pending");
    clock.advance(Duration.ofMillis(1));
    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("overdue");
    assertThat(prompt(job).stopping().orElseThrow().why()).isEqualTo("timeout");

    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("pending");
    clock.advance(PAUSE);
    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("overdue");
  }

  @Test
  void a_prompt_without_a_timeout_may_run_for_days() throws Exception {
    Job job = onServer(Draft.of("me"));
    outcomeInQueue(job, queueWith(job.id()));
    clock.advance(Duration.ofDays(3));

    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("pending");
  }

  @Test
  void a_prompt_of_a_job_that_another_gateway_has_is_not_stopped() throws Exception {
    Job job = onServer(Draft.of("me").timeout(10));
    outcomeInQueue(job, queueWith(job.id()));
    clock.advance(LEASE.plusMillis(1));
    gateway("gateway-2").leases().takeOver(job).orElseThrow();

    assertThat(outcomeInQueue(job, queueWith(job.id()))).isEqualTo("pending");
    assertThat(prompt(job).stopping()).isEmpty();
  }

  @Test
  void a_prompt_that_left_the_queue_without_a_history_is_lost() throws Exception {
    Job job = onServer(Draft.of("me"));
    assertThat(outcomeInQueue(job, queueWith(UUID.randomUUID()))).isEqualTo("absent");

    Exchange exchange = exchange();
    watch.readHistoryAgain(exchange, prompt(job), 200, historyOfSuccess(job.id()));
    assertThat(exchange.getProperty("outcome")).isEqualTo("succeeded");

    watch.readHistoryAgain(exchange, prompt(job), 200, stream("{}"));
    assertThat(exchange.getProperty("outcome")).isEqualTo("lost");
  }

  @Test
  void the_outputs_of_a_prompt_are_committed_and_its_job_goes_on_with_a_claim() throws Exception {
    Job job = onServer(Draft.of("me"));
    Exchange exchange = taken(job);
    watch.readHistory(exchange, prompt(job), 200, historyOfSuccess(job.id()));
    exchange.getMessage().setHeader("Content-Type", "application/json");

    watch.succeeded(
        exchange, prompt(job), exchange.getProperty("result", PromptResult.Succeeded.class));

    assertThat(now(job).stage()).isEqualTo(Stage.COLLECTING);
    assertThat(now(job).result().orElseThrow()).contains("images");
    assertThat(exchange.getMessage().getBody()).isEqualTo(job.id());
    assertThat(exchange.getMessage().getHeaders()).containsOnlyKeys(Claim.HEADER);
    assertThat(exchange.getMessage().getHeader(Claim.HEADER, Claim.class).job().stage())
        .isEqualTo(Stage.COLLECTING);
    assertThat(running.has(job.id())).isFalse();
    assertThat(inProgress.has(job.id())).isFalse();
  }

  @Test
  void the_outputs_of_a_job_that_another_gateway_has_are_left_to_it() throws Exception {
    Job job = onServer(Draft.of("me"));
    Exchange exchange = taken(job);
    watch.readHistory(exchange, prompt(job), 200, historyOfSuccess(job.id()));
    clock.advance(LEASE.plusMillis(1));
    gateway("gateway-2").leases().takeOver(job).orElseThrow();

    watch.succeeded(
        exchange, prompt(job), exchange.getProperty("result", PromptResult.Succeeded.class));

    assertThat(Optional.ofNullable(exchange.getMessage().getHeader(Claim.HEADER))).isEmpty();
    assertThat(now(job).stage()).isEqualTo(job.stage());
    assertThat(running.has(job.id())).isFalse();
  }
}
