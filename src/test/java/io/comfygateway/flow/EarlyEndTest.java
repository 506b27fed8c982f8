package io.comfygateway.flow;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prompt may have ended before the gateway has read that it was taken. */
class EarlyEndTest {
  private static final int JOBS = 60;
  private static final String NEVER = "600000";

  @Test
  void an_end_that_the_socket_tells_is_never_left_to_the_next_poll(@TempDir Path data)
      throws IOException {
    try (Comfy comfy = Comfy.start();
        TestGateway gateway =
            TestGateway.start(
                    data,
                    comfy.url(),
                    Map.of("gateway.poll.interval-ms", NEVER, "gateway.window", "8"))
                .ready()) {
      gateway.await(gateway.post("/webhook/smoke", "{}").id(), "succeeded");
      List<String> ids = new ArrayList<>();
      for (int n = 0; n < JOBS; n++) {
        ids.add(gateway.post("/webhook/smoke", "{}").id());
      }

      ids.forEach(id -> gateway.await(id, "succeeded"));
    }
  }
}
