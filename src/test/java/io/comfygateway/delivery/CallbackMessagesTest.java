package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.Output;
import io.comfygateway.problem.Problem;
import io.comfygateway.webhook.CallbackSigners;
import io.comfygateway.webhook.WebhookSecret;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.hc.core5.http.io.entity.FileEntity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent to a receiver. */
class CallbackMessagesTest extends DeliveryStepsTest {
  private CallbackMessages messages;

  @BeforeEach
  void openMessages() {
    messages =
        new CallbackMessages(
            batches,
            outputs,
            files,
            events(),
            new CallbackSigners(owner -> List.of(), List.of(WebhookSecret.generate()), clock));
  }

  @Test
  void an_event_is_signed_anew_for_each_try_under_one_id() throws Exception {
    Job job = job();
    add(job);
    Delivery delivery = claims.claim().get(0);

    Exchange first = message(delivery, job);
    clock.advance(Duration.ofMinutes(1));
    Exchange second = message(delivery, job);

    assertThat(first.getMessage().getHeader("webhook-id")).isEqualTo(delivery.id().toString());
    assertThat(second.getMessage().getHeader("webhook-id")).isEqualTo(delivery.id().toString());
    assertThat(first.getMessage().getHeader("webhook-signature"))
        .isNotEqualTo(second.getMessage().getHeader("webhook-signature"));
    JsonNode event = TestJson.MAPPER.readTree(first.getMessage().getBody(byte[].class));
    assertThat(event.path("type").asText()).isEqualTo("job.succeeded");
    assertThat(event.path("data").path("id").asText()).isEqualTo(job.id().toString());
  }

  @Test
  void only_the_callers_headers_and_ours_are_sent() throws Exception {
    Job job = job();
    add(job);
    Exchange exchange = exchange();
    exchange.getMessage().setHeader("Authorization", "from an earlier step");

    messages.ofJob(exchange, claims.claim().get(0), job, queries.document(job.id()));

    assertThat(exchange.getMessage().getHeaders())
        .doesNotContainKey("Authorization")
        .containsEntry("X-Token", "callback-header-secret")
        .containsEntry(Exchange.CONTENT_TYPE, "application/json");
  }

  @Test
  void a_binary_callback_sends_the_first_output_with_its_checksum() throws Exception {
    Job job = job();
    Output first = store(job, 0, "a\u00fc.png", "picture");
    store(job, 1, "b.png", "other");
    add(job);
    Exchange exchange = exchange();

    messages.ofJob(exchange, claims.claim().get(0), job, binary());

    assertThat(exchange.getMessage().getBody()).isInstanceOf(FileEntity.class);
    assertThat(exchange.getMessage().getHeaders())
        .containsEntry("Gateway-Output-Sha256", first.stored().sha256())
        .containsEntry("Gateway-Output-Filename", "a_.png")
        .containsEntry("Gateway-Output-Count", 2);
  }

  @Test
  void a_stored_file_that_has_lost_bytes_is_not_sent() throws Exception {
    Job job = job();
    Output output = store(job, 0, "a.png", "picture");
    Files.writeString(files.path(output.stored()), "pict");
    add(job);
    Delivery delivery = claims.claim().get(0);

    assertThatThrownBy(() -> messages.ofJob(exchange(), delivery, job, binary()))
        .isInstanceOf(Problem.class);
  }

  private Exchange message(Delivery delivery, Job job) throws Exception {
    Exchange exchange = exchange();
    messages.ofJob(exchange, delivery, job, queries.document(job.id()));
    return exchange;
  }

  private static JobDocument binary() {
    return new JobDocument(
        TestJson.MAPPER.createObjectNode(),
        Optional.empty(),
        List.of(),
        Optional.of(new JobDocument.Callback(CALLBACK, Map.of(), "binary", Set.of("succeeded"))),
        Optional.empty());
  }
}
