package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ManyConnectionsTest {
  private static final int MOST = 20;
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: gateway\r\n\r\n";

  @Test
  void more_connections_than_there_may_be_are_closed_and_there_is_room_again_when_others_end(
      @TempDir Path data) {
    List<RawConnection> open = new ArrayList<>();
    try (Comfy comfy = Comfy.start();
        TestGateway gateway =
            TestGateway.start(
                    data,
                    comfy.url(),
                    Map.of("gateway.http.max-connections", Integer.toString(MOST)))
                .ready()) {
      boolean answered = true;
      while (answered && open.size() < MOST + 1) {
        RawConnection connection = RawConnection.to(gateway);
        open.add(connection);
        answered = isAnswered(connection);
      }

      assertThat(answered).isFalse();
      assertThat(open).hasSizeGreaterThan(MOST / 2);
      assertThat(isAnswered(open.get(0))).as("an open one goes on").isTrue();

      open.forEach(RawConnection::close);
      Awaitility.await()
          .until(
              () -> {
                try (RawConnection next = RawConnection.to(gateway)) {
                  return isAnswered(next);
                }
              });
    }
  }

  private static boolean isAnswered(RawConnection connection) {
    try {
      return connection.send(LIVE).answer().startsWith("HTTP/1.1 200 ");
    } catch (RuntimeException | AssertionError closed) {
      return false;
    }
  }
}
