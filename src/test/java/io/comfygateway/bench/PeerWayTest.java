package io.comfygateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerWayTest {
  private static final Row ROW = new Row("row", 1, 1, 50, 1024, false, false);

  @TempDir private Path folder;
  private final Map<String, String> answers = new HashMap<>();
  private final Map<String, JsonNode> posted = new HashMap<>();
  private HttpServer peer;

  @BeforeEach
  void start() throws IOException {
    peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    peer.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          posted.put(path, Http.JSON.readTree(exchange.getRequestBody()));
          byte[] answer = answers.get(path).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    peer.start();
  }

  @AfterEach
  void stop() {
    peer.stop(0);
  }

  @Test
  void a_peer_that_answers_with_the_output_is_not_asked_again() throws Exception {
    answers.put("/prompt", "{\"id\": \"a\", \"images\": [\"AAECAwQ=\"]}");
    Way way =
        peer(
            """
            "submit": {"path": "/prompt", "body": {"seed": "{seed}", "kb": "{kilobytes}"}},
            "id": "/id", "output": "/images/0", "encoding": "base64"
            """);

    Way.Ticket ticket = way.submit(ROW, 7);

    assertThat(way.acceptsFirst()).isFalse();
    assertThat(ticket.id()).isEqualTo("a");
    assertThat(way.finish(ticket)).isEqualTo(5);
    assertThat(posted).containsOnlyKeys("/prompt");
    assertThat(posted.get("/prompt")).hasToString("{\"seed\":7,\"kb\":1024}");
  }

  @Test
  void a_peer_that_is_polled_says_where_the_output_is() throws Exception {
    answers.put("/prompt", "{\"id\": \"a\"}");
    answers.put("/jobs/a", "{\"done\": true, \"url\": \"/files/a\"}");
    answers.put("/files/a", "1234");
    Way way =
        peer(
            """
            "submit": {"path": "/prompt", "body": {}}, "id": "/id", "output": "/url",
            "poll": {"path": "/jobs/{id}", "done": {"at": "/done", "is": true}}
            """);

    assertThat(way.acceptsFirst()).isTrue();
    assertThat(way.finish(way.submit(ROW, 7))).isEqualTo(4);
  }

  private Way peer(String how) throws IOException {
    String url = "http://127.0.0.1:" + peer.getAddress().getPort();
    Path file = folder.resolve("peer.json");
    Files.writeString(file, "{\"name\": \"peer\", \"url\": \"%s\", %s}".formatted(url, how));
    return new PeerWay(file);
  }
}
