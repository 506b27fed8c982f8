package io.comfygateway.comfyapi;

import io.comfygateway.http.OutgoingFrame;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * The open WebSockets of clients, by caller and client id. Several sockets may have the same; all
 * of them get each frame. A frame for a client that has none open is lost, as with ComfyUI.
 */
final class ClientSessions {
  private final Map<SessionKey, List<Member>> members = new ConcurrentHashMap<>();

  /** Takes the frames of a socket. */
  interface Receiver {
    void send(OutgoingFrame frame);
  }

  /** One socket of a client. */
  static final class Member {
    private final SessionKey key;
    private final Receiver receiver;
    private final boolean takesPreviews;
    private volatile boolean takesMetadata;
    private volatile boolean gone;
    private final AtomicReference<Optional<String>> unread =
        new AtomicReference<>(Optional.empty());
    private boolean greeted;
    private Optional<String> early = Optional.empty();

    /**
     * @param takesPreviews whether it is sent the pictures of prompts that still run
     */
    Member(SessionKey key, boolean takesPreviews, Receiver receiver) {
      this.key = key;
      this.takesPreviews = takesPreviews;
      this.receiver = receiver;
    }

    SessionKey key() {
      return key;
    }

    /** Stores a message of the client; false if it replaced one that was not read yet. */
    boolean puts(String message) {
      return unread.getAndSet(Optional.of(message)).isEmpty();
    }

    /** The last message that was not read yet. */
    Optional<String> takes() {
      return unread.getAndSet(Optional.empty());
    }

    /**
     * Keeps a message that arrived before the first frame was sent; false if the first frame was
     * sent.
     */
    synchronized boolean keepsUntilGreeted(String message) {
      if (!greeted) {
        early = Optional.of(message);
      }
      return !greeted;
    }

    /** The first frame was sent. Returns the last message that arrived before it. */
    synchronized Optional<String> greeted() {
      greeted = true;
      return early;
    }

    /** Its connection has ended. */
    void leave() {
      gone = true;
    }

    boolean isGone() {
      return gone;
    }

    /** It understands pictures with metadata. */
    void takeMetadata(boolean takes) {
      takesMetadata = takes;
    }

    void send(ClientFrame frame) {
      OutgoingFrame suited = frame.forClient(takesMetadata);
      if (takesPreviews || !suited.topic().startsWith(PromptStream.PREVIEW)) {
        receiver.send(suited);
      }
    }
  }

  void add(Member member) {
    members.compute(
        member.key(),
        (key, list) -> {
          List<Member> longer = list == null ? new CopyOnWriteArrayList<>() : list;
          longer.add(member);
          return longer;
        });
  }

  void remove(Member member) {
    members.computeIfPresent(
        member.key(),
        (key, list) -> {
          list.remove(member);
          return list.isEmpty() ? null : list;
        });
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  boolean has(SessionKey key) {
    return members.containsKey(key);
  }

  boolean hasOwner(String owner) {
    return members.keySet().stream().anyMatch(key -> key.owner().equals(owner));
  }

  /** The callers that have a socket open. */
  Set<String> owners() {
    return members.keySet().stream().map(SessionKey::owner).collect(Collectors.toSet());
  }

  /**
   * Sends a frame to every socket of a client.
   *
   * @return whether it has one
   */
  boolean send(SessionKey key, ClientFrame frame) {
    List<Member> sockets = members.getOrDefault(key, List.of());
    sockets.forEach(member -> member.send(frame));
    return !sockets.isEmpty();
  }

  /** Sends a frame to every socket of a caller, whatever its client id. */
  void sendToOwner(String owner, ClientFrame frame) {
    members.forEach(
        (key, list) -> {
          if (key.owner().equals(owner)) {
            list.forEach(member -> member.send(frame));
          }
        });
  }
}
