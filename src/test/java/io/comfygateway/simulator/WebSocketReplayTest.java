package io.comfygateway.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the recorded scenarios and compares every frame and its place. */
class WebSocketReplayTest {
  private static final String CLIENT = "gateway-ws";
  private static final String BEFORE = "b0000000-1111-4111-8111-111111111111";

  private final Recordings recordings = new Recordings();
  private final JsonNode graphs = recordings.read("/simulator/graphs.json");

  @ParameterizedTest
  @EnumSource(SimulatedVersion.class)
  void every_recorded_scenario_sends_the_recorded_frames_in_their_order(SimulatedVersion version) {
    try (ComfySimulator simulator =
        ComfySimulator.start(SimulatorOptions.defaults().withVersion(version))) {
      Caller caller = new Caller(simulator);
      String first = version.is033() ? "a" : "w";
      saveTheFourPicturesThatTheRecordedServerHad(caller);
      Frames frames = new Frames();
      WebSocket socket = caller.listen(CLIENT, frames);
      await().until(() -> frames.all().size() == 1);
      socket.sendText(
          "{\"type\": \"feature_flags\", \"data\": {\"supports_preview_metadata\": true}}", true);
      await().until(() -> frames.all().size() == 2);

      run(caller, frames, "slow, seed 1", first + "1111111-1111-4111-8111-111111111111");
      run(caller, frames, "slow, seed 2", first + "2222222-1111-4111-8111-111111111111");
      run(caller, frames, "slow, seed 2", first + "3333333-1111-4111-8111-111111111111");
      run(caller, frames, "slow, fails", first + "4444444-1111-4111-8111-111111111111");
      interruptAfterThreeSteps(caller, frames, first + "5555555-1111-4111-8111-111111111111");
      run(caller, frames, "over the socket", first + "6666666-1111-4111-8111-111111111111");

      Map<String, List<String>> actual = perPrompt(received(frames));
      Map<String, List<String>> expected = perPrompt(recorded(version));
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach((part, list) -> assertThat(actual.get(part)).as(part).isEqualTo(list));
    }
  }

  private void run(Caller caller, Frames frames, String graph, String promptId) {
    assertThat(caller.submit(graphs.get(graph), promptId, CLIENT).statusCode()).isEqualTo(200);
    await().until(() -> frames.hasEnded(promptId));
  }

  private void interruptAfterThreeSteps(Caller caller, Frames frames, String promptId) {
    caller.submit(graphs.get("slow, fifty steps"), promptId, CLIENT);
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                frames.all().stream()
                    .anyMatch(
                        frame ->
                            frame.type().equals("progress")
                                && frame.text().at("/data/max").asInt() == 50
                                && frame.text().at("/data/value").asInt() == 3));
    caller.post("/interrupt", "{\"prompt_id\": \"" + promptId + "\"}");
    await().until(() -> frames.hasEnded(promptId));
  }

  private void saveTheFourPicturesThatTheRecordedServerHad(Caller caller) {
    caller.submit(graphs.get("four pictures"), BEFORE);
    await().until(() -> !caller.json("/history/" + BEFORE).isEmpty());
  }

  private List<String> recorded(SimulatedVersion version) {
    List<String> frames = new ArrayList<>();
    for (JsonNode frame : recordings.webSocket(version)) {
      frames.add(
          frame.has("text")
              ? normal(withOwnNames(frame.get("text")))
              : "binary " + frame.at("/binary/first_hex").asText());
    }
    return frames;
  }

  private List<String> received(Frames frames) {
    List<String> received = new ArrayList<>();
    for (Frames.Frame frame : frames.all()) {
      received.add(
          frame.type().equals("binary")
              ? "binary " + HexFormat.of().formatHex(frame.binary(), 0, 48)
              : normal(frame.text()));
    }
    return received;
  }

  // The probe node of 0.33 raised with other words and another seed.
  private JsonNode withOwnNames(JsonNode frame) {
    return recordings.parse(
        frame
            .toString()
            .replace("probe failure", "boom from SlowImage")
            .replace("1795921490", "1795479583"));
  }

  private static String normal(JsonNode frame) {
    JsonNode copy = frame.deepCopy();
    ObjectNode data = (ObjectNode) copy.get("data");
    if (data.has("timestamp")) {
      data.put("timestamp", 0);
    }
    if (data.has("traceback")) {
      data.putArray("traceback");
      data.put("current_outputs", data.get("current_outputs").size());
    }
    return copy.toString();
  }

  // A prompt's frames end with "executing" of no node.
  private static Map<String, List<String>> perPrompt(List<String> frames) {
    Map<String, List<String>> parts = new LinkedHashMap<>();
    List<String> part = new ArrayList<>();
    for (String frame : frames) {
      part.add(frame);
      if (frame.contains("\"node\":null")) {
        parts.put("prompt " + (parts.size() + 1), part);
        part = new ArrayList<>();
      }
    }
    assertThat(part).isEmpty();
    return parts;
  }
}
