package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Callers without a key who ask and read nothing, in the heap that is shipped. A process that kept
 * their answers, or their requests, would end with an OutOfMemoryError.
 */
@Tag("slow")
class UnreadAnswersTest {
  private static final int REQUESTS = 20_000;
  private static final int CONNECTIONS = 600;

  @TempDir Path place;
  private final Comfy comfy = Comfy.start();
  private GatewayProcess gateway;

  @BeforeEach
  void start() {
    gateway = GatewayProcess.in(place, comfy.url(), Map.of()).withShippedHeap().start();
  }

  @AfterEach
  void stop() {
    gateway.close();
    comfy.close();
  }

  @Test
  void one_who_sends_thousands_of_requests_in_one_go_hurts_nobody() {
    try (RawConnection connection = connection()) {
      connection.send(get("/openapi.json").repeat(REQUESTS));

      runsJobs();
      for (int i = 0; i < 50; i++) {
        assertThat(connection.answer()).startsWith("HTTP/1.1 200 ").endsWith("}");
      }
    }
  }

  @Test
  void many_who_ask_for_the_largest_page_hurt_nobody() {
    List<RawConnection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        connections.add(connection().send(get("/docs/swagger-ui-bundle.js").repeat(4)));
      }

      runsJobs();
      String page = gateway.get("/docs/swagger-ui-bundle.js").text();
      assertThat(connections.get(0).answer()).startsWith("HTTP/1.1 200 ").endsWith(page);
    } finally {
      connections.forEach(RawConnection::close);
    }
  }

  private RawConnection connection() {
    return RawConnection.to(URI.create(gateway.url()).getPort());
  }

  private static String get(String path) {
    return "GET %s HTTP/1.1\r\nHost: gateway\r\n\r\n".formatted(path);
  }

  private void runsJobs() {
    String id = gateway.post("/webhook/smoke", "{}").id();
    gateway.await(id, job -> "succeeded".equals(job.path("status").asText()));
  }
}
