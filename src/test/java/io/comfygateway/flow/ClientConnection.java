package io.comfygateway.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A client's WebSocket on ComfyUI's own API, and what came over it. */
final class ClientConnection implements WebSocket.Listener {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final int BROKEN = 1006;

  private final List<JsonNode> texts = new CopyOnWriteArrayList<>();
  private final List<String> raw = new CopyOnWriteArrayList<>();
  private final List<byte[]> binaries = new CopyOnWriteArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private volatile WebSocket socket;
  private volatile int closed;

  private ClientConnection() {}

  /**
   * Connects, and waits for the first frame.
   *
   * @param gateway its URL
   * @param headers names and values by turns
   */
  static ClientConnection open(String gateway, String path, String... headers) {
    return open(HTTP, gateway, path, headers);
  }

  /** The same with a client that trusts the gateway's certificate, say. */
  static ClientConnection open(HttpClient client, String gateway, String path, String... headers) {
    ClientConnection connection = new ClientConnection();
    WebSocket.Builder builder = client.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    connection.socket =
        builder
            .buildAsync(URI.create(gateway.replaceFirst("^http", "ws") + path), connection)
            .join();
    Awaitility.await().until(() -> !connection.texts.isEmpty());
    return connection;
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      try {
        raw.add(text.toString());
        texts.add(JSON.readTree(text.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    binary.writeBytes(bytes);
    if (last) {
      binaries.add(binary.toByteArray());
      binary.reset();
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closed = status;
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed = BROKEN;
  }

  /** The text frames so far. */
  List<JsonNode> texts() {
    return texts;
  }

  /** The same as they were sent. */
  List<String> raw() {
    return raw;
  }

  List<byte[]> binaries() {
    return binaries;
  }

  /** The status that it was closed with; 0 while it is open. */
  int closed() {
    return closed;
  }

  List<String> types() {
    return texts.stream().map(frame -> frame.path("type").asText()).toList();
  }

  /** The count of the status frame at this place. */
  int remaining(int index) {
    return texts.get(index).at("/data/status/exec_info/queue_remaining").asInt();
  }

  /** Says that it understands pictures with metadata. */
  void announceMetadata() {
    socket.sendText(
        "{\"type\": \"feature_flags\", \"data\": {\"supports_preview_metadata\": true}}", true);
  }

  /** Waits until nothing more runs of a prompt. */
  void awaitEnd(String prompt) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> hasEnded(prompt));
  }

  private boolean hasEnded(String prompt) {
    return texts.stream()
        .anyMatch(
            frame ->
                frame.path("type").asText().equals("executing")
                    && frame.at("/data/node").isNull()
                    && frame.at("/data/prompt_id").asText().equals(prompt));
  }

  void close() {
    socket.abort();
  }
}
