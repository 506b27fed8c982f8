package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.flow.Wire.Held;
import io.comfygateway.flow.Wire.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The connection breaks while a prompt is being submitted. Whether ComfyUI has the prompt cannot be
 * known from that, and it takes the same id twice: it is looked up there before anything is sent
 * again.
 */
class SubmitCutsTest {
  private static Comfy comfy;
  private static Wire wire;
  private static TestGateway gateway;

  @BeforeAll
  static void start(@TempDir Path data) throws IOException {
    comfy = Comfy.start();
    wire = Wire.to(comfy.port());
    gateway =
        TestGateway.start(
                data,
                "gpu=" + wire.url(),
                Map.of(
                    "gateway.comfyui.response-timeout-ms", "1000",
                    "gateway.recover.interval-ms", "100"))
            .ready();
  }

  @AfterAll
  static void stop() throws IOException {
    gateway.close();
    wire.close();
    comfy.close();
  }

  static Stream<Arguments> cuts() {
    return Stream.of(
        cut("reset before it arrives", Place.REQUEST, Held::reset),
        cut("closed before it arrives", Place.REQUEST, Held::close),
        cut("502 and it has not arrived", Place.REQUEST, Held::badGateway),
        cut("no answer in time and it has not arrived", Place.REQUEST, held -> held),
        cut("reset after it has arrived", Place.ANSWER, Held::reset),
        cut("closed after it has arrived", Place.ANSWER, Held::close),
        cut("502 after it has arrived", Place.ANSWER, Held::badGateway),
        cut("no answer in time and it has arrived", Place.ANSWER, held -> held),
        cut("half an answer and a reset", Place.HALF_ANSWER, Held::reset),
        cut("half an answer and the end", Place.HALF_ANSWER, Held::close),
        cut("half an answer and nothing more", Place.HALF_ANSWER, held -> held));
  }

  private static Arguments cut(String name, Place place, UnaryOperator<Held> end) {
    return Arguments.of(name, place, end);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cuts")
  void a_broken_submit_is_looked_up_and_the_prompt_runs_once(
      String name, Place place, UnaryOperator<Held> end) {
    Held prompt = wire.hold(place, "POST /prompt");
    String id = gateway.post("/webhook/smoke", "{}").id();

    end.apply(prompt.await());

    gateway.await(id, "succeeded");
    assertThat(comfy.submissions(id)).as(name).isEqualTo(1);
    assertThat(comfy.runs(id)).as(name).isEqualTo(1);
    prompt.reset();
  }

  @Test
  void nothing_is_sent_again_as_long_as_the_look_up_itself_fails() {
    Held prompt = wire.hold(Place.ANSWER, "POST /prompt");
    Held queue = wire.hold(Place.REQUEST, line -> isLookUp(line) && prompt.isReached());
    Held queueAgain = wire.hold(Place.REQUEST, line -> isLookUp(line) && queue.isReached());
    String id = gateway.post("/webhook/smoke", "{}").id();

    prompt.await().reset();
    queue.await().reset();
    queueAgain.await().badGateway();

    gateway.await(id, "succeeded");
    assertThat(comfy.submissions(id)).isEqualTo(1);
  }

  private static boolean isLookUp(String line) {
    return line.startsWith("GET /queue");
  }
}
