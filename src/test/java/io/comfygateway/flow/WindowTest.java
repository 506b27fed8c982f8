package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.simulator.SimulatorStats;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While jobs wait at the gateway, a ComfyUI has one prompt ready behind the one that runs. */
class WindowTest {
  private static final int JOBS = 12;

  @TempDir Path data;

  @Test
  void a_prompt_never_ends_without_the_next_one_being_there_already() {
    try (Comfy comfy = Comfy.start();
        TestGateway gateway = TestGateway.start(data, comfy.url(), Map.of()).ready()) {
      comfy.hold();
      List<String> ids =
          IntStream.range(0, JOBS)
              .mapToObj(
                  n -> gateway.post("/webhook/smoke", "{\"inputs\":{\"color\":" + n + "}}").id())
              .toList();
      for (int left = JOBS; left > 1; left--) {
        int ended = JOBS - left;
        Awaitility.await()
            .until(
                () -> {
                  SimulatorStats now = comfy.stats();
                  return now.totalRuns() == ended + 1 && now.running() + now.waiting() == 2;
                });
        comfy.release(1);
      }
      comfy.release();
      ids.forEach(id -> gateway.await(id, "succeeded"));

      // The last one has no next one.
      assertThat(comfy.stats().idle().endsWithoutNext()).isEqualTo(1);
      assertThat(comfy.stats().maxConcurrency()).isEqualTo(1);
    }
  }
}
