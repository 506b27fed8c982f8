package io.comfygateway.comfyapi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The unfinished prompts that concern this gateway: it accepted them, runs them, or has a WebSocket
 * of their client.
 */
final class PromptStreams {
  private static final int MOST = 100_000;

  private final Map<UUID, PromptStream> streams = new ConcurrentHashMap<>();
  private final ClientSessions sessions;
  private final Neighbours neighbours;

  /** Receives the text frames of this gateway's servers and passes them to the other gateways. */
  interface Neighbours {
    void text(PromptStream stream, String type, String frame);
  }

  PromptStreams(ClientSessions sessions, Neighbours neighbours) {
    this.sessions = sessions;
    this.neighbours = neighbours;
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  Optional<PromptStream> find(UUID job) {
    return Optional.ofNullable(streams.get(job));
  }

  /**
   * The stream of a prompt, created if there is none; empty if the prompt has no client id, or
   * there are too many.
   *
   * @param answered whether the client knows that its prompt was accepted
   */
  Optional<PromptStream> of(ClientPrompt prompt, boolean answered) {
    if (prompt.clientId().isEmpty() || streams.size() >= MOST) {
      return find(prompt.job());
    }
    SessionKey key = new SessionKey(prompt.owner(), prompt.clientId().get());
    Consumer<ClientFrame> client = frame -> sessions.send(key, frame);
    return Optional.of(
        streams.computeIfAbsent(prompt.job(), job -> new PromptStream(prompt, client, answered)));
  }

  /** Passes a text frame of this gateway's servers on. */
  void text(PromptStream stream, String type, Optional<String> node, String frame) {
    stream.text(type, node, frame);
    neighbours.text(stream, type, frame);
  }

  List<PromptStream> all() {
    return List.copyOf(streams.values());
  }

  /** The streams of a client. */
  List<PromptStream> of(SessionKey key) {
    return streams.values().stream().filter(stream -> isOf(stream.prompt(), key)).toList();
  }

  /** The streams of a caller. */
  List<PromptStream> ofOwner(String owner) {
    return streams.values().stream()
        .filter(stream -> stream.prompt().owner().equals(owner))
        .toList();
  }

  void remove(UUID job) {
    streams.remove(job);
  }

  private static boolean isOf(ClientPrompt prompt, SessionKey key) {
    return prompt.owner().equals(key.owner())
        && prompt.clientId().filter(key.clientId()::equals).isPresent();
  }
}
