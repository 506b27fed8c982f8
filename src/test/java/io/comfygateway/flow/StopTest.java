package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.TestGateway.Answer;
import io.comfygateway.flow.Wire.Held;
import io.comfygateway.flow.Wire.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway is asked to stop, as a container's end does it. */
@Tag("slow")
class StopTest {
  @TempDir Path folder;
  private Comfy comfy;
  private CallbackInbox inbox;
  private Wire wire;
  private GatewayProcess gateway;
  private Ledger ledger;

  @BeforeEach
  void start() throws IOException {
    comfy = Comfy.start();
    inbox = CallbackInbox.start(n -> 200);
    wire = Wire.to(comfy.port());
  }

  private void start(int limitSeconds) {
    gateway =
        GatewayProcess.in(
                folder,
                "gpu=" + wire.url(),
                Map.of("GATEWAY_STOP_LIMIT_SECONDS", Integer.toString(limitSeconds)))
            .start();
    gateway.caller().awaitReady();
    ledger = new Ledger(gateway.caller(), comfy, inbox);
  }

  @AfterEach
  void stop() throws IOException {
    gateway.close();
    wire.close();
    inbox.close();
    comfy.close();
  }

  private String submit() {
    Answer answer =
        gateway.post("/webhook/smoke", "{\"callback_url\":\"" + inbox.url("/hook") + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.id();
  }

  @Test
  void what_waits_and_what_ComfyUI_has_is_left_for_the_next_start_and_who_waits_is_answered()
      throws Exception {
    start(30);
    comfy.hold();
    List<String> ids = Stream.generate(this::submit).limit(3).toList();
    comfy.awaitSubmissions(ids.get(1), 1);
    CompletableFuture<Answer> waiting =
        CompletableFuture.supplyAsync(
            () -> gateway.post("/webhook/smoke", "{}", "Prefer", "wait=60"));
    Awaitility.await().until(() -> gateway.get("/jobs").json().path("jobs").size() == 4);

    gateway.terminate();

    assertThat(waiting.get(20, TimeUnit.SECONDS).status()).isEqualTo(202);
    gateway.awaitEnd();
    assertThat(gateway.log()).contains("handed over jobs=2").doesNotContain("ERROR");
    assertThat(comfy.submissions(ids.get(2))).isZero();
    comfy.release();
    gateway.start();
    ids.forEach(ledger::assertDone);
  }

  @Test
  void what_is_being_collected_is_finished_first() throws Exception {
    start(30);
    Held view = wire.hold(Place.HALF_ANSWER, "GET /view");
    String id = submit();
    view.await();

    gateway.terminate();
    Awaitility.await().until(() -> gateway.log().contains("stopping"));
    assertThat(gateway.isAlive()).isTrue();
    view.pass();

    gateway.awaitEnd();
    assertThat(gateway.log()).contains("succeeded job=" + id).contains("handed over jobs=0");
    gateway.start();
    ledger.assertDone(id);
  }

  @Test
  void what_takes_longer_than_the_limit_is_left_for_the_next_start() throws Exception {
    start(1);
    Held view = wire.hold(Place.HALF_ANSWER, "GET /view");
    String id = submit();
    view.await();

    gateway.terminate();

    gateway.awaitEnd();
    assertThat(gateway.log()).contains("handed over jobs=1").doesNotContain("succeeded job=" + id);
    view.reset();
    gateway.start();
    ledger.assertDone(id);
  }

  @Test
  void nothing_new_is_taken_while_it_stops() throws Exception {
    start(30);
    Held view = wire.hold(Place.HALF_ANSWER, "GET /view");
    String id = submit();
    view.await();
    URI url = URI.create(gateway.url() + "/webhook/smoke");

    gateway.terminate();

    Awaitility.await().until(() -> isRefused(() -> gateway.post(url.toString(), "{}").status()));
    view.pass();
    gateway.awaitEnd();
    gateway.start();
    ledger.assertDone(id);
  }

  private static boolean isRefused(java.util.function.IntSupplier status) {
    try {
      return status.getAsInt() == 503;
    } catch (java.io.UncheckedIOException closed) {
      return true;
    }
  }
}
