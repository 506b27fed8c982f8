package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.comfygateway.TestJson;
import io.comfygateway.job.Claim;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptLookUpTest extends PromptStepsTest {
  private PromptLookUp lookUp;
  private PromptSubmission submission;

  @BeforeEach
  void make() {
    lookUp = new PromptLookUp(tracker, clock);
    submission =
        new PromptSubmission(
            queries,
            leases,
            transitions,
            null,
            database,
            backends,
            tracker,
            (job, prompt) -> Optional.empty(),
            TestJson.MAPPER,
            "gateway-1",
            Duration.ofSeconds(1));
  }

  private Exchange takenUp(Job job) {
    Exchange exchange = exchange();
    submission.take(exchange, job.id(), null);
    return exchange;
  }

  private Exchange lostAnswer() throws Exception {
    Claim claim = claim(Draft.of("me"));
    Exchange sent = exchange();
    submission.take(sent, claim.job().id(), claim);
    submission.body(sent, claim, claim.job(), sent.getProperty("document", JobDocument.class));
    submission.unclear(claim.job(), new SocketTimeoutException("Read timed out"));
    inProgress.release(claim.job().id(), sent);
    Exchange takenUp = takenUp(claim.job());
    assertThat(takenUp.getProperty("perhapsSent")).isEqualTo(true);
    return takenUp;
  }

  private static Job job(Exchange exchange) {
    return exchange.getProperty("job", Job.class);
  }

  @Test
  void a_lost_answer_to_submit_is_looked_up_and_not_sent_again() throws Exception {
    Exchange exchange = lostAnswer();

    lookUp.readQueue(exchange, job(exchange), 200, queueWith(job(exchange).id()));

    assertThat(exchange.getProperty("found")).isEqualTo(true);
    assertThat(running.find(job(exchange).id()).orElseThrow().started()).contains(clock.instant());
    inProgress.release(job(exchange).id(), exchange);
    assertThat(takenUp(job(exchange)).getProperty("job")).isNull();
  }

  @Test
  void a_prompt_that_waits_on_its_server_has_not_started() throws Exception {
    Exchange exchange = lostAnswer();

    lookUp.readQueue(exchange, job(exchange), 200, queueWaitingWith(job(exchange).id()));

    assertThat(exchange.getProperty("found")).isEqualTo(true);
    assertThat(running.find(job(exchange).id()).orElseThrow().started()).isEmpty();
  }

  @Test
  void a_prompt_that_has_ended_is_found_in_the_history() throws Exception {
    Exchange exchange = lostAnswer();
    lookUp.readQueue(exchange, job(exchange), 200, queueWith(UUID.randomUUID()));
    assertThat(exchange.getProperty("found")).isEqualTo(false);

    lookUp.readHistory(exchange, job(exchange), 200, historyOfSuccess(job(exchange).id()));

    assertThat(exchange.getProperty("found")).isEqualTo(true);
    assertThat(running.has(job(exchange).id())).isTrue();
  }

  @Test
  void a_prompt_that_is_in_neither_was_not_sent() throws Exception {
    Exchange exchange = lostAnswer();

    lookUp.readQueue(exchange, job(exchange), 200, queueWith(UUID.randomUUID()));
    lookUp.readHistory(exchange, job(exchange), 200, stream("{}"));

    assertThat(exchange.getProperty("found")).isEqualTo(false);
    assertThat(running.has(job(exchange).id())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "pending, false",
    "in_progress, true",
    "completed, true",
    "failed, true",
    "cancelled, true"
  })
  void the_jobs_API_answers_for_queue_and_history(String status, boolean started) throws Exception {
    Exchange exchange = lostAnswer();

    lookUp.readJob(
        exchange,
        job(exchange),
        200,
        stream(
            "{\"workflow\":{\"prompt\":{\"1\":{}}},\"id\":\"%s\",\"status\":\"%s\",\"outputs\":{}}"
                .formatted(job(exchange).id(), status)));

    assertThat(exchange.getProperty("lookedUp")).isEqualTo(true);
    assertThat(exchange.getProperty("found")).isEqualTo(true);
    assertThat(running.find(job(exchange).id()).orElseThrow().started().isPresent())
        .isEqualTo(started);
  }

  @Test
  void the_jobs_API_answers_404_where_the_prompt_is_not_there() throws Exception {
    Exchange exchange = lostAnswer();

    lookUp.readJob(exchange, job(exchange), 404, stream("{\"error\":\"Job not found\"}"));

    assertThat(exchange.getProperty("lookedUp")).isEqualTo(true);
    assertThat(exchange.getProperty("found")).isEqualTo(false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | {\"id\":\"11111111-1111-4111-8111-111111111111\",\"status\":\"completed\"}",
        "200 | {\"id\":\"JOB\",\"status\":\"of a version to come\"}",
        "200 | {\"id\":\"JOB\",\"status\":{\"error\":\"x\"}}",
        "200 | []",
        "404 | {\"message\":\"no route\"}",
        "404 | {\"error\":{\"code\":1}}",
        "403 | {\"id\":\"JOB\",\"status\":\"completed\"}",
        "405 | {\"error\":\"Method not allowed\"}"
      })
  void an_answer_of_something_else_than_the_jobs_API_says_nothing(int status, String answer)
      throws Exception {
    Exchange exchange = lostAnswer();

    lookUp.readJob(
        exchange,
        job(exchange),
        status,
        stream(answer.replace("JOB", job(exchange).id().toString())));

    assertThat(exchange.getProperty("lookedUp")).isNull();
    assertThat(exchange.getProperty("found")).isNull();
  }

  @Test
  void what_a_proxy_answers_does_not_mean_that_the_prompt_is_not_there() throws Exception {
    Exchange exchange = lostAnswer();

    assertThatThrownBy(
            () ->
                lookUp.readQueue(
                    exchange,
                    job(exchange),
                    403,
                    stream("{\"queue_running\":[],\"queue_pending\":[]}")))
        .isInstanceOf(IOException.class)
        .hasMessage("it answered 403 to GET /queue");
    assertThatThrownBy(
            () -> lookUp.readQueue(exchange, job(exchange), 200, stream("{\"queue_running\":[]}")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> lookUp.readHistory(exchange, job(exchange), 404, stream("{}")))
        .isInstanceOf(IOException.class)
        .hasMessage("it answered 404 to GET /history");
    assertThatThrownBy(
            () -> lookUp.readHistory(exchange, job(exchange), 200, stream("{\"error\":\"x\"}")))
        .isInstanceOf(IOException.class);
    assertThat(exchange.getProperty("found")).isNull();
  }
}
