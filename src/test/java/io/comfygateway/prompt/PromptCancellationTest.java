package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import java.io.IOException;
import java.util.UUID;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptCancellationTest extends PromptStepsTest {
  private PromptCancellation cancellation;

  @BeforeEach
  void make() {
    cancellation = new PromptCancellation(backends, running, TestJson.MAPPER);
  }

  private Exchange taken(UUID job) {
    Exchange exchange = exchange();
    cancellation.take(exchange, job);
    return exchange;
  }

  @Test
  void the_server_is_asked_to_stop_a_prompt_until_it_has() {
    Job job = onServer(Draft.of("me"));

    Exchange first = taken(job.id());
    assertThat(first.getProperty("promptToStop")).isEqualTo(job.id());
    assertThat(first.getProperty("backend")).isEqualTo(GPU);
    assertThat(running.find(job.id()).orElseThrow().stopping().orElseThrow().why())
        .isEqualTo("cancelled");

    assertThat(taken(job.id()).getProperty("promptToStop")).isNull();
    clock.advance(PAUSE);
    assertThat(taken(job.id()).getProperty("promptToStop")).isEqualTo(job.id());
  }

  @Test
  void a_prompt_that_is_on_no_server_is_not_stopped_anywhere() {
    Job job = claim(Draft.of("me")).job();

    assertThat(taken(job.id()).getProperties()).isEmpty();
  }

  @Test
  void the_requests_name_the_one_prompt() throws Exception {
    UUID prompt = UUID.randomUUID();
    Exchange exchange = exchange();

    JsonNode delete = TestJson.MAPPER.readTree(cancellation.deleteBody(exchange, prompt));
    JsonNode interrupt = TestJson.MAPPER.readTree(cancellation.interruptBody(prompt));

    assertThat(delete.toString()).isEqualTo("{\"delete\":[\"%s\"]}".formatted(prompt));
    assertThat(interrupt.toString()).isEqualTo("{\"prompt_id\":\"%s\"}".formatted(prompt));
    assertThat(exchange.getProperty("contentType")).isEqualTo("application/json");
    assertThat(cancellation.cancelBody(exchange)).isEqualTo("{}");
  }

  @Test
  void a_prompt_that_was_queued_under_another_id_is_deleted_by_that() {
    Exchange exchange = exchange();
    Exception why =
        new CamelExecutionException("step failed", exchange, new ForeignPromptException("42"));

    assertThat(cancellation.deleteForeignBody(exchange, why)).isEqualTo("{\"delete\":[\"42\"]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | {\"cancelled\":true} | true",
        "200 | {\"cancelled\":false} | true",
        "200 | {\"ok\":true} | false",
        "404 | {\"cancelled\":true} | false",
        "405 | | false"
      })
  void only_the_answer_of_the_jobs_API_spares_the_older_requests(
      int status, String answer, boolean done) throws Exception {
    Exchange exchange = exchange();

    cancellation.readCancelled(exchange, status, stream(answer == null ? "" : answer));

    assertThat(exchange.getProperty("cancelledThere")).isEqualTo(done);
  }

  @Test
  void a_request_that_was_not_carried_out_fails() {
    assertThatCode(() -> cancellation.requireStopped("/interrupt", 200)).doesNotThrowAnyException();
    assertThatThrownBy(() -> cancellation.requireStopped("/interrupt", 502))
        .isInstanceOf(IOException.class)
        .hasMessage("it answered 502 to POST /interrupt");
  }
}
