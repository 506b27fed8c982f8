package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that take connections and never answer, as one whose host hangs or whose network loses
 * everything. They had more prompts than the gateway has threads for a stage.
 */
@Tag("timing")
class FrozenBackendsTest {
  private static final int FROZEN = 5;
  private static final int WINDOW = 2;

  private final List<Comfy> frozen = new ArrayList<>();
  private final List<FreezingWire> wires = new ArrayList<>();
  private Comfy sound = Comfy.start();
  private TestGateway gateway;

  @BeforeEach
  void start(@TempDir Path data) {
    List<String> urls = new ArrayList<>(List.of("sound=" + sound.url()));
    for (int i = 0; i < FROZEN; i++) {
      frozen.add(Comfy.start());
      wires.add(FreezingWire.to(frozen.get(i).port()));
      urls.add("frozen-" + i + "=" + wires.get(i).url());
    }
    gateway =
        TestGateway.start(
                data,
                String.join(",", urls),
                Map.of("gateway.comfyui.answer-timeout-ms", "1000", "gateway.window", "" + WINDOW))
            .ready();
    Awaitility.await().until(() -> isUp("sound"));
    for (int i = 0; i < FROZEN; i++) {
      String name = "frozen-" + i;
      Awaitility.await().until(() -> isUp(name));
    }
  }

  @AfterEach
  void stop() {
    sound.release();
    frozen.forEach(Comfy::release);
    wires.forEach(FreezingWire::thaw);
    gateway.close();
    wires.forEach(FreezingWire::close);
    frozen.forEach(Comfy::close);
    sound.close();
  }

  private List<String> post(int jobs) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      ids.add(gateway.post("/webhook/smoke", "{}").id());
    }
    return ids;
  }

  private int waiting(Comfy comfy) {
    return comfy.get("/queue").path("queue_running").size()
        + comfy.get("/queue").path("queue_pending").size();
  }

  @Test
  void the_prompts_of_frozen_servers_hold_up_no_others_and_are_read_when_these_are_back() {
    sound.hold();
    frozen.forEach(Comfy::hold);
    List<String> first = post((FROZEN + 1) * WINDOW);
    Awaitility.await().until(() -> frozen.stream().allMatch(comfy -> waiting(comfy) == WINDOW));
    wires.forEach(FreezingWire::freeze);
    frozen.forEach(Comfy::release);
    sound.release();

    List<String> next = post(4);
    next.forEach(id -> gateway.await(id, "succeeded"));
    next.forEach(id -> assertThat(sound.runs(id)).isEqualTo(1));

    wires.forEach(FreezingWire::thaw);
    first.forEach(id -> gateway.await(id, "succeeded"));
    first.forEach(
        id -> {
          int runs = sound.runs(id) + frozen.stream().mapToInt(comfy -> comfy.runs(id)).sum();
          assertThat(runs).as(id).isEqualTo(1);
        });
  }

  @Test
  void a_server_that_comes_up_is_found_though_others_are_frozen() {
    int port = sound.port();
    sound.close();
    Awaitility.await().until(() -> !isUp("sound"));
    wires.forEach(FreezingWire::freeze);
    Awaitility.await().until(() -> !isUp("frozen-0"));

    sound = Comfy.startOn(port);

    Awaitility.await().until(() -> isUp("sound"));
  }

  private boolean isUp(String backend) {
    JsonNode backends = gateway.get("/health/ready").json().path("parts").path("backends");
    return "up".equals(backends.path(backend).path("status").asText());
  }
}
