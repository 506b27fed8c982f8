package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open WebSockets by their client id. All frames pass through the event loop's queue, so that
 * each socket gets them in the order in which they were sent, whichever thread sent them.
 */
final class ClientSockets {
  private static final int PREVIEW = 1;
  private static final int TEXT = 3;
  private static final int PREVIEW_WITH_METADATA = 4;
  private static final int JPEG = 1;
  private static final int PNG = 2;

  private final PythonJson json;
  private final Map<String, Client> clients = new ConcurrentHashMap<>();

  private static final class Client {
    private final ServerWebSocket socket;
    private final Context context;
    private volatile boolean takesMetadata;

    private Client(ServerWebSocket socket, Context context) {
      this.socket = socket;
      this.context = context;
    }

    private void text(String frame) {
      context.runOnContext(
          ignored -> {
            if (!socket.isClosed()) {
              socket.writeTextMessage(frame);
            }
          });
    }

    private void binary(Buffer frame) {
      context.runOnContext(
          ignored -> {
            if (!socket.isClosed()) {
              socket.writeBinaryMessage(frame);
            }
          });
    }
  }

  ClientSockets(PythonJson json) {
    this.json = json;
  }

  /**
   * Adds a socket; it replaces an older one of the same client id.
   *
   * @param status the first message that it gets
   * @param features the answer when it sends its own features
   */
  void connect(
      String clientId,
      ServerWebSocket socket,
      Context context,
      ObjectNode status,
      ObjectNode features) {
    Client client = new Client(socket, context);
    client.text(frame("status", status));
    clients.put(clientId, client);
    socket.closeHandler(ignored -> clients.remove(clientId, client));
    socket.textMessageHandler(text -> listen(client, text, features));
  }

  // ComfyUI's own clients first send which features they have.
  private void listen(Client client, String text, ObjectNode features) {
    JsonNode message;
    try {
      message = json.parse(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return;
    }
    if (message.path("type").asText().equals("feature_flags")) {
      client.takesMetadata = message.at("/data/supports_preview_metadata").asBoolean(false);
      client.text(frame("feature_flags", features));
    }
  }

  int count() {
    return clients.size();
  }

  /** Whether a client of that id is connected. */
  boolean hears(String clientId) {
    return clients.containsKey(clientId);
  }

  boolean takesMetadata(String clientId) {
    Client client = clients.get(clientId);
    return client != null && client.takesMetadata;
  }

  void broadcast(String type, ObjectNode data) {
    if (!clients.isEmpty()) {
      String frame = frame(type, data);
      clients.values().forEach(client -> client.text(frame));
    }
  }

  void send(String clientId, String type, ObjectNode data) {
    Client client = clients.get(clientId);
    if (client != null) {
      client.text(frame(type, data));
    }
  }

  /** Sends a picture to a client without the metadata feature. */
  void preview(String clientId, byte[] file, boolean jpeg) {
    binary(clientId, Buffer.buffer().appendInt(PREVIEW).appendInt(jpeg ? JPEG : PNG), file);
  }

  /** Sends text that a node shows while it runs. */
  void text(String clientId, String node, String text) {
    byte[] id = node.getBytes(StandardCharsets.UTF_8);
    Buffer head = Buffer.buffer().appendInt(TEXT).appendInt(id.length).appendBytes(id);
    binary(clientId, head, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a picture with metadata that names its node. */
  void preview(String clientId, byte[] file, ObjectNode metadata) {
    byte[] text = json.write(metadata).getBytes(StandardCharsets.UTF_8);
    Buffer head = Buffer.buffer().appendInt(PREVIEW_WITH_METADATA).appendInt(text.length);
    binary(clientId, head.appendBytes(text), file);
  }

  void drop() {
    for (Client client : clients.values()) {
      client.context.runOnContext(ignored -> client.socket.close());
    }
    clients.clear();
  }

  private void binary(String clientId, Buffer head, byte[] file) {
    Client client = clients.get(clientId);
    if (client != null) {
      client.binary(head.appendBytes(file));
    }
  }

  private String frame(String type, ObjectNode data) {
    ObjectNode frame = json.object();
    frame.put("type", type).set("data", data);
    return json.write(frame);
  }
}
