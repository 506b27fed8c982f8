package io.comfygateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Eight servers with many node packs, each of which tells 8 MB of them, in the heap that is
 * shipped. A process that kept each answer by itself would end with an OutOfMemoryError.
 */
@Tag("slow")
class LargePoolTest {
  private static final int SERVERS = 8;
  private static final int CLASSES = 5_000;
  private static final Pattern KNOWN = Pattern.compile("node classes known backend=");

  @TempDir Path place;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<HttpServer> servers = new ArrayList<>();
  private final byte[] objectInfo = objectInfo();

  @BeforeEach
  void serve() throws IOException {
    for (int i = 0; i < SERVERS; i++) {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/object_info", exchange -> answer(exchange, objectInfo));
      server.createContext(
          "/prompt",
          exchange -> answer(exchange, "{\"exec_info\":{}}".getBytes(StandardCharsets.UTF_8)));
      server.start();
      servers.add(server);
    }
  }

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static byte[] objectInfo() {
    ObjectNode classes = new ObjectMapper().createObjectNode();
    for (int i = 0; i < CLASSES; i++) {
      ObjectNode node = classes.putObject("PackNode" + i);
      ObjectNode required = node.putObject("input").putObject("required");
      for (int input = 0; input < 10; input++) {
        required
            .putArray("strength_" + input)
            .add("FLOAT")
            .addObject()
            .put("default", 0.5)
            .put("min", 0)
            .put("max", 1)
            .put("tooltip", "How strongly number " + input + " of class " + i + " acts on it.");
      }
      node.putArray("output").add("IMAGE");
      node.put("output_node", false);
    }
    return classes.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void all_of_them_are_known_and_the_gateway_goes_on() {
    assertThat(objectInfo.length).isGreaterThan(6_000_000);
    List<String> urls = new ArrayList<>();
    servers.forEach(
        server ->
            urls.add(
                "gpu-%d=http://127.0.0.1:%d"
                    .formatted(urls.size(), server.getAddress().getPort())));
    try (GatewayProcess gateway =
        GatewayProcess.in(place, String.join(",", urls), Map.of()).withShippedHeap()) {
      gateway.start();

      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> KNOWN.matcher(gateway.log()).results().count() == SERVERS);
      assertThat(gateway.get("/health/ready").status()).isEqualTo(200);
      assertThat(gateway.log()).doesNotContain("OutOfMemoryError");
    }
  }
}
