package io.comfygateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.TestJson;
import io.comfygateway.job.Draft;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.output.Output;
import io.comfygateway.sink.CopyRows;
import io.comfygateway.sink.Destinations;
import io.comfygateway.sink.OutputCopy;
import io.comfygateway.sink.UnknownDestinationException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sink gets, and what is noted when it has returned. */
class SinkDeliveriesTest extends DeliveryStepsTest {
  private CopyRows copies;
  private SinkDeliveries sinks;
  private Job job;

  @BeforeEach
  void openSinks() throws Exception {
    copies = new CopyRows(database.jdbc());
    sinks = sinks("{prefix}{job}/{index}-{filename}");
    job =
        accepted(
            Draft.of("me")
                .deliver(
                    new JobDocument.Target("archive", "a b/", Set.of()),
                    new JobDocument.Target("chat", "", Set.of("succeeded"))));
  }

  private SinkDeliveries sinks(String key) throws Exception {
    String text =
        """
        destinations:
          archive: {sink: own, folder: pictures, prefix: x/, key: "%s", headers: {X-Team: cats}}
          chat: {sink: talk, events: [succeeded]}
        """;
    Files.writeString(folder.resolve("destinations.yaml"), text.formatted(key));
    return new SinkDeliveries(
        outputs,
        files,
        copies,
        new Destinations(
            folder.resolve("destinations.yaml"), Map.of(), () -> Set.of("own", "talk")),
        shown -> TestJson.MAPPER.createObjectNode().put("id", shown.id().toString()),
        TestJson.MAPPER,
        clock);
  }

  @Test
  void a_file_comes_as_a_stream_with_its_key_and_what_it_is() throws Exception {
    Output output = store(job, 0, "a.png", "picture");

    Exchange exchange = file(sinks, output);

    assertThat(exchange.getProperty("sink")).isEqualTo("own");
    assertThat(exchange.getProperty("destination", JsonNode.class).path("folder").asText())
        .isEqualTo("pictures");
    assertThat(exchange.getProperty("job", JsonNode.class).path("id").asText())
        .isEqualTo(job.id().toString());
    assertThat(exchange.getProperty("output", JsonNode.class).path("index").asInt()).isZero();
    String key = "x/a b/" + job.id() + "/0-a.png";
    assertThat(exchange.getMessage().getHeaders())
        .containsEntry("GatewayKey", key)
        .containsEntry("GatewayKeyEncoded", key.replace(" ", "%20"))
        .containsEntry("X-Team", "cats")
        .containsEntry(Exchange.CONTENT_TYPE, output.stored().contentType())
        .containsEntry(Exchange.CONTENT_LENGTH, 7L);
    assertThat(exchange.getMessage().getBody(InputStream.class)).hasContent("picture");
  }

  @Test
  void an_event_comes_as_the_job_as_json() {
    Delivery delivery = delivery("event", "chat");
    Exchange exchange = exchange();
    exchange.setProperty("jobJson", TestJson.MAPPER.createObjectNode().put("id", "x"));

    sinks.event(exchange, delivery, job, queries.document(job.id()), jobJson(exchange));

    assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("{\"id\":\"x\"}");
    assertThat(exchange.getMessage().getHeaders())
        .containsEntry("GatewayEvent", "job.succeeded")
        .containsEntry("GatewayDelivery", delivery.id().toString())
        .containsEntry("GatewayKey", job.id() + "/succeeded.json");
  }

  @Test
  void a_second_attempt_after_a_crash_has_only_what_is_not_there_under_the_same_keys()
      throws Exception {
    Output first = store(job, 0, "a.png", "one");
    Output second = store(job, 1, "b.png", "two");
    Exchange exchange = file(sinks, first);
    sinks.stored(
        exchange,
        delivery("copy", "archive"),
        exchange.getProperty("copy", OutputCopy.class),
        null);
    String key = file(sinks, second).getMessage().getHeader("GatewayKey", String.class);

    SinkDeliveries again = sinks("new/{job}-{index}");

    assertThat(again.items(exchange(), delivery("copy", "archive"), job))
        .isEqualTo(List.of(second));
    assertThat(file(again, second).getMessage().getHeader("GatewayKey")).isEqualTo(key);
    assertThat(copies.of(List.of(job.id())))
        .extracting(OutputCopy::location)
        .containsExactly(Optional.of("x/a b/" + job.id() + "/0-a.png"), Optional.empty());
  }

  @Test
  void a_file_that_has_changed_in_the_store_fails_at_its_end() throws Exception {
    Output output = store(job, 0, "a.png", "picture");
    Files.writeString(files.local(output.stored()).path(), "PICTURE");

    InputStream body = file(sinks, output).getMessage().getBody(InputStream.class);

    assertThat(body.readNBytes(7)).hasSize(7);
    assertThatThrownBy(body::read)
        .isInstanceOf(ChangedOutputException.class)
        .satisfies(e -> assertThat(Outcome.of(e)).isInstanceOf(Outcome.Refused.class));
  }

  @Test
  void a_status_that_a_sink_leaves_is_judged_like_that_of_a_receiver() throws Exception {
    Output output = store(job, 0, "a.png", "picture");
    Exchange exchange = file(sinks, output);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 503);
    exchange.getMessage().setHeader("Retry-After", "7");

    assertThatThrownBy(
            () ->
                sinks.stored(
                    exchange,
                    delivery("copy", "archive"),
                    exchange.getProperty("copy", OutputCopy.class),
                    null))
        .satisfies(
            e ->
                assertThat(Outcome.of(e))
                    .isEqualTo(new Outcome.Answered(503, Optional.of("7"), "")));
    assertThat(copies.of(List.of(job.id()))).noneMatch(copy -> copy.location().isPresent());
  }

  @Test
  void a_reason_that_a_sink_leaves_is_for_the_caller_and_is_tried_again() throws Exception {
    Exchange exchange = file(sinks, store(job, 0, "a.png", "picture"));
    exchange.getMessage().setHeader("GatewayReason", "Azure answered 403\n" + "x".repeat(300));

    assertThatThrownBy(
            () ->
                sinks.stored(
                    exchange,
                    exchange.getProperty("delivery", Delivery.class),
                    exchange.getProperty("copy", OutputCopy.class),
                    null))
        .isInstanceOf(SinkFailedException.class)
        .satisfies(
            failure ->
                assertThat(Outcome.of(failure))
                    .isEqualTo(new Outcome.NoAnswer("Azure answered 403 " + "x".repeat(181))));
    assertThat(copies.of(List.of(job.id()))).noneMatch(copy -> copy.location().isPresent());
  }

  @Test
  void the_place_is_what_the_sink_says() throws Exception {
    Exchange exchange = file(sinks, store(job, 0, "a.png", "picture"));
    exchange.getMessage().setHeader("GatewayLocation", "https://example.org/a.png");

    sinks.stored(
        exchange,
        delivery("copy", "archive"),
        exchange.getProperty("copy", OutputCopy.class),
        null);

    assertThat(copies.of(List.of(job.id())))
        .extracting(OutputCopy::location)
        .containsExactly(Optional.of("https://example.org/a.png"));
  }

  @Test
  void a_destination_that_is_gone_is_tried_again() throws Exception {
    Output output = store(job, 0, "a.png", "picture");

    assertThatThrownBy(
            () ->
                sinks.file(
                    exchange(),
                    delivery("copy", "gone"),
                    job,
                    queries.document(job.id()),
                    TestJson.MAPPER.createObjectNode(),
                    output))
        .isInstanceOf(UnknownDestinationException.class)
        .satisfies(e -> assertThat(Outcome.of(e)).isInstanceOf(Outcome.NoAnswer.class));
  }

  private Exchange file(SinkDeliveries steps, Output output) throws Exception {
    Exchange exchange = exchange();
    Delivery delivery = delivery("copy", "archive");
    steps.items(exchange, delivery, job);
    steps.file(exchange, delivery, job, queries.document(job.id()), jobJson(exchange), output);
    return exchange;
  }

  private static ObjectNode jobJson(Exchange exchange) {
    return exchange.getProperty("jobJson", ObjectNode.class);
  }

  private Delivery delivery(String kind, String destination) {
    return new Delivery(
        new java.util.UUID(0, 7),
        job.id(),
        "me",
        kind,
        "succeeded",
        "due",
        kind + ":" + destination,
        Optional.of(destination),
        new Delivery.Tries(1, Optional.of(clock.instant())),
        1,
        new Delivery.Last(Optional.empty(), Optional.empty()));
  }

  @Test
  void what_a_gateway_of_an_earlier_version_has_copied_is_a_copy_at_default() throws Exception {
    Output first = store(job, 0, "a.png", "one");
    store(job, 1, "b.png", "two");
    database
        .jdbc()
        .sql("UPDATE output SET s3_bucket = 'pictures', s3_key = 'k/a.png' WHERE idx = 0")
        .update();

    assertThat(copies.of(List.of(job.id())))
        .containsExactly(
            new OutputCopy(
                job.id(), 0, "default", "k/a.png", Optional.of("s3://pictures/k/a.png")));
    assertThat(sinks.items(exchange(), delivery("s3", "default"), job))
        .extracting(output -> ((Output) output).index())
        .containsExactly(1);

    // Once it has been copied again, its row counts.
    OutputCopy again = copies.begin(new OutputCopy(job.id(), 0, "default", "a", Optional.empty()));
    copies.done(again, "s3://pictures/a", clock.instant());
    assertThat(copies.of(List.of(job.id()))).extracting(OutputCopy::key).containsExactly("a");
    assertThat(first.index()).isZero();
  }
}
