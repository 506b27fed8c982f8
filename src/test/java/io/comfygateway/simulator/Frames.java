package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Keeps the frames that a WebSocket receives, in their order. */
final class Frames implements WebSocket.Listener {

  /**
   * One frame.
   *
   * @param text the JSON of a text frame, missing for a binary one
   * @param binary the bytes of a binary frame, empty for a text one
   */
  record Frame(JsonNode text, byte[] binary) {
    String type() {
      return binary.length > 0 ? "binary" : text.path("type").asText();
    }
  }

  private final Recordings recordings = new Recordings();
  private final List<Frame> frames = new CopyOnWriteArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private ByteBuffer binary = ByteBuffer.allocate(0);
  private volatile boolean closed;

  List<Frame> all() {
    return List.copyOf(frames);
  }

  Stream<String> types() {
    return frames.stream().map(Frame::type);
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether the prompt has left the queue. */
  boolean hasEnded(String promptId) {
    return frames.stream()
        .anyMatch(
            frame ->
                frame.type().equals("executing")
                    && frame.text().at("/data/node").isNull()
                    && frame.text().at("/data/prompt_id").asText().equals(promptId));
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      frames.add(new Frame(recordings.parse(text.toString()), new byte[0]));
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    ByteBuffer joined = ByteBuffer.allocate(binary.remaining() + data.remaining());
    binary = joined.put(binary).put(data).flip();
    if (last) {
      frames.add(new Frame(recordings.parse("null"), binary.array()));
      binary = ByteBuffer.allocate(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    closed = true;
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    closed = true;
  }
}
