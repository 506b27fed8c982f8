package io.comfygateway.comfyapi;

import io.comfygateway.http.MemoryBudget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The unfinished prompts that concern this gateway: it accepted them, runs them, or has a WebSocket
 * of their client.
 */
final class PromptStreams {
  private static final int MOST = 100_000;

  private final Map<UUID, PromptStream> streams = new ConcurrentHashMap<>();
  private final Map<SessionKey, ClientLine> lines = new ConcurrentHashMap<>();
  private final ClientSessions sessions;
  private final Neighbours neighbours;
  private final long mostHeld;
  private final MemoryBudget allHeld;

  /** Receives the text frames of this gateway's servers and passes them to the other gateways. */
  interface Neighbours {
    void text(PromptStream stream, String type, String frame);
  }

  /**
   * @param mostHeld how many bytes of frames may be held back for a client
   * @param allHeld for all clients together
   */
  PromptStreams(
      ClientSessions sessions, Neighbours neighbours, long mostHeld, MemoryBudget allHeld) {
    this.sessions = sessions;
    this.neighbours = neighbours;
    this.mostHeld = mostHeld;
    this.allHeld = allHeld;
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
    return Optional.of(
        streams.computeIfAbsent(
            prompt.job(), job -> new PromptStream(prompt, joined(key, prompt, answered))));
  }

  private ClientLine joined(SessionKey key, ClientPrompt prompt, boolean answered) {
    return lines.compute(
        key,
        (any, found) -> {
          ClientLine line =
              found == null
                  ? new ClientLine(new Sockets(key), new HeldFrames(mostHeld, allHeld))
                  : found;
          line.join(prompt, answered);
          return line;
        });
  }

  /** The sockets of a client. */
  private final class Sockets implements ClientLine.Client {
    private final SessionKey key;

    private Sockets(SessionKey key) {
      this.key = key;
    }

    @Override
    public boolean isThere() {
      return sessions.has(key);
    }

    @Override
    public boolean send(ClientFrame frame) {
      return sessions.send(key, frame);
    }
  }

  /** The line of a client; empty if none of its prompts is known. */
  Optional<ClientLine> line(SessionKey key) {
    return Optional.ofNullable(lines.get(key));
  }

  /** The lines of a caller's clients. */
  List<ClientLine> lines(String owner) {
    return lines.entrySet().stream()
        .filter(line -> line.getKey().owner().equals(owner))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The prompts of a caller that have begun, and whose end its clients have not been sent. */
  List<UUID> untold(String owner) {
    return lines(owner).stream().flatMap(line -> line.untold().stream()).toList();
  }

  /** Those of them whose client has a socket open, and waits on it. */
  List<UUID> awaited(String owner) {
    return lines.entrySet().stream()
        .filter(line -> line.getKey().owner().equals(owner) && sessions.has(line.getKey()))
        .flatMap(line -> line.getValue().untold().stream())
        .toList();
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

  /** Forgets a prompt, which gives up its turn. May send the ends of others. */
  void remove(UUID job) {
    PromptStream stream = streams.remove(job);
    if (stream != null) {
      stream.leave();
      stream
          .prompt()
          .clientId()
          .map(client -> new SessionKey(stream.prompt().owner(), client))
          .ifPresent(
              key -> lines.computeIfPresent(key, (any, line) -> line.isEmpty() ? null : line));
    }
  }

  private static boolean isOf(ClientPrompt prompt, SessionKey key) {
    return prompt.owner().equals(key.owner())
        && prompt.clientId().filter(key.clientId()::equals).isPresent();
  }
}
