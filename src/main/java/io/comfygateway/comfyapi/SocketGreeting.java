package io.comfygateway.comfyapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.UUID;

/** The first frames that a client gets, and the answer to the features that it sends. */
final class SocketGreeting {
  private final ClientSessions sessions;
  private final PromptStreams streams;
  private final QueueStatus status;
  private final PoolFeatures features;
  private final ObjectMapper json;

  SocketGreeting(
      ClientSessions sessions,
      PromptStreams streams,
      QueueStatus status,
      PoolFeatures features,
      ObjectMapper json) {
    this.sessions = sessions;
    this.streams = streams;
    this.status = status;
    this.features = features;
    this.json = json;
  }

  /**
   * The key of a new socket.
   *
   * @param clientId the id that it requests; empty to let the gateway choose one
   */
  static SessionKey key(String owner, String clientId) {
    return new SessionKey(
        owner, clientId.isEmpty() ? UUID.randomUUID().toString().replace("-", "") : clientId);
  }

  /**
   * Sends the first frames, and from then on those of the client's prompts. May send the ends of
   * those that have ended.
   */
  void greet(ClientSessions.Member member) {
    SessionKey key = member.key();
    streams.line(key).ifPresent(ClientLine::connects);
    status.with(
        key.owner(),
        remaining -> {
          member.send(ClientFrame.status(remaining, key.clientId()));
          for (PromptStream stream : streams.of(key)) {
            stream
                .node()
                .filter(node -> stream.isCurrent())
                .ifPresent(node -> member.send(executing(node)));
          }
          sessions.add(member);
        });
    streams.line(key).ifPresent(ClientLine::advance);
    member.greeted().ifPresent(early -> heard(member, early));
  }

  // ComfyUI does not name the prompt here.
  private static ClientFrame executing(String node) {
    return ClientFrame.message(
        "executing", JsonNodeFactory.instance.objectNode().put("node", node));
  }

  /** Handles a message of a client: its features are answered with the gateway's. */
  void heard(ClientSessions.Member member, String text) {
    if (member.keepsUntilGreeted(text)) {
      return;
    }
    JsonNode message;
    try {
      message = json.readTree(text);
    } catch (JsonProcessingException notJson) {
      return;
    }
    if (message != null && message.path("type").asText().equals("feature_flags")) {
      member.takeMetadata(message.at("/data/supports_preview_metadata").asBoolean(false));
      member.send(ClientFrame.message("feature_flags", features.flags()));
    }
  }
}
