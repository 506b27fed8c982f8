package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.TestJson;
import io.comfygateway.custom.CallbackMapping;
import io.comfygateway.custom.TimeLimitedRoute;
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
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.core5.http.io.entity.FileEntity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent to a receiver. */
class CallbackMessagesTest extends DeliveryStepsTest {
  private final CallbackMapping mapping = new CallbackMapping(TestJson.MAPPER);
  private CallbackMessages messages;

  @BeforeEach
  void openMessages() {
    messages =
        new CallbackMessages(
            batches,
            outputs,
            files,
            events(),
            new CallbackSigners(owner -> List.of(), List.of(WebhookSecret.generate()), clock),
            mapping);
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
    Files.writeString(files.local(output.stored()).path(), "pict");
    add(job);
    Delivery delivery = claims.claim().get(0);

    assertThatThrownBy(() -> messages.ofJob(exchange(), delivery, job, binary()))
        .isInstanceOf(Problem.class);
  }

  @Test
  void a_callback_of_a_door_has_the_body_of_its_route_and_is_signed_as_such() throws Exception {
    DefaultCamelContext camel = new DefaultCamelContext();
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:door-callback:paint").setBody(constant("{\"painted\":true}"));
          }
        });
    camel.start();
    mapping.calls(camel, new TimeLimitedRoute(camel, Duration.ofSeconds(30)));
    Job job = job();
    add(job);
    Delivery delivery = claims.claim().get(0);
    JobDocument document = queries.document(job.id());
    Exchange own = message(delivery, job);
    Exchange mapped = exchange();

    messages.ofJob(mapped, delivery, job, with(document.callback().get().mappedBy("paint")));
    camel.stop();

    assertThat(mapped.getMessage().getBody(String.class)).isEqualTo("{\"painted\":true}");
    assertThat(mapped.getMessage().getHeaders())
        .containsKeys("webhook-id", "webhook-timestamp", "webhook-signature")
        .containsEntry(Exchange.CONTENT_TYPE, "application/json");
    assertThat(mapped.getMessage().getHeader("webhook-signature"))
        .isNotEqualTo(own.getMessage().getHeader("webhook-signature"));
  }

  @Test
  void without_its_route_a_callback_of_a_door_is_retried_and_says_why() {
    Job job = job();
    add(job);
    Delivery delivery = claims.claim().get(0);
    JobDocument document =
        with(
            new JobDocument.Callback(CALLBACK, Map.of(), "json", Set.of("succeeded"))
                .mappedBy("paint"));

    assertThatThrownBy(() -> messages.ofJob(exchange(), delivery, job, document))
        .satisfies(
            failure ->
                assertThat(Outcome.of(failure))
                    .isEqualTo(
                        new Outcome.NoAnswer(
                            "This gateway no longer has the route direct:door-callback:paint, which makes the body of this callback")));
  }

  private Exchange message(Delivery delivery, Job job) throws Exception {
    Exchange exchange = exchange();
    messages.ofJob(exchange, delivery, job, queries.document(job.id()));
    return exchange;
  }

  private static JobDocument binary() {
    return with(new JobDocument.Callback(CALLBACK, Map.of(), "binary", Set.of("succeeded")));
  }

  private static JobDocument with(JobDocument.Callback callback) {
    return new JobDocument(
        TestJson.MAPPER.createObjectNode(),
        Optional.empty(),
        List.of(),
        Optional.of(callback),
        Optional.empty());
  }
}
