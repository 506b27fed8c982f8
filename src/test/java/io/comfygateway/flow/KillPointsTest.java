package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.flow.Wire.Held;
import io.comfygateway.flow.Wire.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway is killed at each point where it may die, and started again on what it left: each of
 * its jobs ends, ran once, and is told of.
 */
@Tag("slow")
class KillPointsTest {
  private static final String TWO_OUTPUTS =
      "{\"prompt\":{\"1\":{\"class_type\":\"EmptyImage\",\"inputs\":{\"width\":64,\"height\":64,\"batch_size\":2,\"color\":9}},\"2\":{\"class_type\":\"SaveImage\",\"inputs\":{\"images\":[\"1\",0],\"filename_prefix\":\"two\"}}},\"callback_url\":\"%s\"}";
  private static final AtomicInteger COLOURS = new AtomicInteger();

  @TempDir static Path folder;
  private static Comfy comfy;
  private static CallbackInbox inbox;
  private static Wire toComfy;
  private static Wire toInbox;
  private static DavServer dav;
  private static Wire toDav;
  private static GatewayProcess gateway;
  private static Ledger ledger;

  @BeforeAll
  static void start() throws IOException {
    comfy = Comfy.start();
    inbox = CallbackInbox.start(n -> 200);
    toComfy = Wire.to(comfy.port());
    toInbox = Wire.to(URI.create(inbox.url("/")).getPort());
    dav = DavServer.start();
    toDav = Wire.to(URI.create(dav.url()).getPort());
    keys("{job}-{index}.{extension}");
    gateway =
        GatewayProcess.in(
                folder,
                "gpu=" + toComfy.url(),
                Map.of(
                    "GATEWAY_CALLBACK_PER_RECEIVER", "1",
                    "GATEWAY_DESTINATIONS_FILE", destinations().toString(),
                    "GATEWAY_CALLBACK_DELAYS", "0s,1s,1s,1s"))
            .start();
    gateway.caller().awaitReady();
    ledger = new Ledger(gateway.caller(), comfy, inbox);
  }

  private static Path destinations() {
    return folder.resolve("destinations.yaml");
  }

  private static void keys(String template) throws IOException {
    Files.writeString(
        destinations(),
        "destinations:\n  dav: {sink: http, url: \"%s/copies\", key: \"%s\"}\n"
            .formatted(toDav.url(), template));
  }

  @AfterEach
  void release() {
    comfy.release();
  }

  @AfterAll
  static void stop() throws IOException {
    gateway.close();
    toComfy.close();
    toInbox.close();
    toDav.close();
    dav.close();
    inbox.close();
    comfy.close();
  }

  private static String submit() {
    Answer answer =
        gateway.post(
            "/webhook/smoke",
            "{\"inputs\":{\"color\":%d},\"callback_url\":\"%s\"}"
                .formatted(COLOURS.incrementAndGet(), toInbox.url() + "/hook"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  private static void killAndStart() {
    gateway.kill().start();
  }

  private static void killAndStartAt(Held exchange) {
    exchange.await();
    killAndStart();
    exchange.reset();
  }

  @Test
  void accepted_and_still_waiting() {
    comfy.hold();
    List<String> ids = Stream.generate(KillPointsTest::submit).limit(4).toList();
    comfy.awaitSubmissions(ids.get(1), 1);

    killAndStart();
    assertThat(comfy.submissions(ids.get(3))).isZero();
    comfy.release();

    ids.forEach(ledger::assertDone);
  }

  @Test
  void while_a_file_is_fetched_from_its_URL() {
    String picture =
        gateway
            .post("/webhook/smoke?respond=result", "{\"inputs\":{\"color\":1048578}}")
            .json()
            .at("/outputs/0/filename")
            .asText();
    Held download = toComfy.hold(Place.HALF_ANSWER, "GET /view?fetched");
    String body =
        "{\"inputs\":{\"prompt\":\"a dog\",\"image\":\"%s/view?fetched=1&type=output&filename=%s\"},\"callback_url\":\"%s\"}"
            .formatted(toComfy.url(), picture, toInbox.url() + "/hook");
    String id = gateway.post("/webhook/img2img", body).id();

    killAndStartAt(download);

    ledger.assertDone(id);
  }

  @Test
  void given_to_a_backend_while_its_file_is_being_sent() {
    byte[] picture =
        gateway.post("/webhook/smoke?respond=binary", "{\"inputs\":{\"color\":1048577}}").bytes();
    Held upload = toComfy.hold(Place.REQUEST, "POST /upload/image");
    String body =
        "{\"inputs\":{\"prompt\":\"a dog\",\"image\":\"%s\"},\"callback_url\":\"%s\"}"
            .formatted(Base64.getEncoder().encodeToString(picture), toInbox.url() + "/hook");
    String id = gateway.post("/webhook/img2img", body).id();

    killAndStartAt(upload);

    ledger.assertDone(id);
  }

  @Test
  void while_the_prompt_is_on_its_way_to_ComfyUI() {
    Held prompt = toComfy.hold(Place.REQUEST, "POST /prompt");
    String id = submit();

    killAndStartAt(prompt);

    ledger.assertDone(id);
  }

  @Test
  void while_ComfyUIs_answer_to_the_prompt_is_on_its_way_back() {
    Held prompt = toComfy.hold(Place.ANSWER, "POST /prompt");
    String id = submit();

    killAndStartAt(prompt);

    ledger.assertDone(id);
  }

  @Test
  void while_the_prompt_runs_and_it_goes_on_running() {
    comfy.hold();
    String id = submit();
    gateway.await(id, job -> "running".equals(job.path("status").asText()));

    killAndStart();
    assertThat(gateway.job(id).path("status").asText()).isEqualTo("running");
    comfy.release();

    ledger.assertDone(id);
  }

  @Test
  void while_the_prompt_runs_and_it_ends_before_the_gateway_is_back() {
    comfy.hold();
    String id = submit();
    comfy.awaitSubmissions(id, 1);

    gateway.kill();
    comfy.release();
    Awaitility.await().until(() -> comfy.get("/history/" + id).has(id));
    gateway.start();

    ledger.assertDone(id);
  }

  @Test
  void when_the_history_was_asked_and_nothing_is_noted_yet() {
    comfy.hold();
    String id = submit();
    comfy.awaitSubmissions(id, 1);
    Held history =
        toComfy.hold(
            Place.ANSWER,
            line -> line.startsWith("GET /history/" + id) && comfy.get("/history/" + id).has(id));
    comfy.release();

    killAndStartAt(history);

    ledger.assertDone(id);
  }

  @Test
  void when_it_is_noted_that_the_prompt_has_ended_and_no_output_is_there_yet() {
    Held view = toComfy.hold(Place.REQUEST, "GET /view");
    String id = submit();

    killAndStartAt(view);

    ledger.assertDone(id);
  }

  @Test
  void when_half_of_an_output_is_there() throws IOException {
    Held view = toComfy.hold(Place.HALF_ANSWER, "GET /view");
    String id = submit();
    view.await();
    Awaitility.await().until(() -> !halves().isEmpty());

    killAndStart();
    view.reset();

    ledger.assertDone(id);
    assertThat(halves()).isEmpty();
  }

  private static List<Path> halves() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("outputs/incoming"))) {
      return files.toList();
    }
  }

  @Test
  void when_one_of_two_outputs_is_stored() {
    AtomicInteger seen = new AtomicInteger();
    Held second =
        toComfy.hold(
            Place.REQUEST, line -> line.startsWith("GET /view") && seen.incrementAndGet() == 2);
    String id = gateway.post("/webhook", TWO_OUTPUTS.formatted(toInbox.url() + "/hook")).id();

    killAndStartAt(second);

    assertThat(ledger.assertDone(id).path("outputs")).hasSize(2);
  }

  @Test
  void when_one_of_two_copies_is_there_and_the_other_is_not_noted_yet() throws IOException {
    AtomicInteger seen = new AtomicInteger();
    Held second =
        toDav.hold(Place.ANSWER, line -> line.startsWith("PUT ") && seen.incrementAndGet() == 2);
    String body =
        TWO_OUTPUTS
            .formatted(toInbox.url() + "/hook")
            .replaceFirst("}$", ",\"deliver\":[\"dav\"]}");
    String id = gateway.post("/webhook", body).id();
    second.await();
    keys("{job}/renamed-{index}.{extension}");

    killAndStart();
    second.reset();

    gateway.await(
        id,
        job ->
            job.path("deliveries")
                .findValuesAsText("status")
                .equals(List.of("delivered", "delivered")));
    JsonNode job = ledger.assertDone(id);
    assertThat(job.path("outputs").findValuesAsText("location")).hasSize(2);
    assertThat(dav.files().keySet())
        .containsExactlyInAnyOrder("/copies/" + id + "-0.png", "/copies/" + id + "-1.png");
    assertThat(dav.requests())
        .extracting(DavServer.Request::target)
        .containsExactly(
            "/copies/" + id + "-0.png", "/copies/" + id + "-1.png", "/copies/" + id + "-1.png");
    for (int index = 0; index < 2; index++) {
      byte[] output = gateway.caller().get("/jobs/" + id + "/outputs/" + index).bytes();
      assertThat(dav.files()).containsEntry("/copies/" + id + "-" + index + ".png", output);
    }
  }

  @Test
  void when_the_job_has_ended_and_its_callback_is_due() {
    Held before = toInbox.hold(Place.REQUEST, "POST /hook");
    String first = submit();
    before.await();
    String second = submit();
    JsonNode ended = gateway.await(second, job -> "succeeded".equals(job.path("status").asText()));
    assertThat(ended.path("deliveries").path(0).path("attempts").asInt()).isZero();

    killAndStart();
    before.reset();

    ledger.assertDone(first);
    ledger.assertDone(second);
  }

  @Test
  void when_the_callback_was_taken_and_that_is_not_noted_yet() {
    Held callback = toInbox.hold(Place.ANSWER, "POST /hook");
    String id = submit();

    killAndStartAt(callback);

    ledger.assertDone(id);
    assertThat(ledger.callbacks(id)).hasSize(2);
  }

  @Test
  void when_it_is_noted_that_the_callback_was_taken() {
    String id = submit();
    ledger.assertDone(id);

    killAndStart();

    ledger.assertDone(submit());
    assertThat(ledger.callbacks(id)).hasSize(1);
  }

  @Test
  void when_a_cancellation_is_noted_and_ComfyUI_does_not_know_of_it_yet() {
    comfy.hold();
    String running = submit();
    String next = submit();
    comfy.awaitSubmissions(next, 1);
    Held stop = toComfy.hold(Place.REQUEST, "POST /queue");
    assertThat(gateway.caller().delete("/jobs/" + next).status()).isEqualTo(202);

    killAndStartAt(stop);

    gateway.await(next, job -> "cancelled".equals(job.path("status").asText()));
    comfy.release();
    ledger.assertDone(running);
    assertThat(comfy.runs(next)).isZero();
  }
}
