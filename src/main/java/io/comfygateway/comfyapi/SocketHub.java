package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.access.Caller;
import io.comfygateway.http.ClientSocket;
import io.comfygateway.http.MemoryBudget;
import io.comfygateway.http.SocketEndpoint;
import io.comfygateway.job.ClusterEvents;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobQueries;
import io.comfygateway.pool.FrameListener;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSockets of clients of ComfyUI's own API, and the frames that they get. Its methods return
 * at once: database queries run on separate threads.
 */
public final class SocketHub implements SocketEndpoint.Sessions, FrameListener {
  private static final Logger LOG = LoggerFactory.getLogger(SocketHub.class);
  // A client that waits on its socket may not have read the answer that was just sent.
  private static final Duration AFTER_ANSWER = Duration.ofMillis(50);
  // For a prompt that another gateway accepted: this gateway does not know when its answer is sent.
  private static final Duration FOREIGN_ANSWER = Duration.ofMillis(250);
  private static final int MOST_PROMPTS = 1_000;

  private final ClientPrompts prompts;
  private final ClientSessions sessions = new ClientSessions();
  private final QueueStatus status;
  private final PromptStreams streams;
  private final PromptEnds ends;
  private final ClusterFrames cluster;
  private final SocketGreeting greeting;
  private final PoolFeatures features;
  private final Predicate<Caller> takesPreviews;
  private final ObjectMapper json;
  private final InstantSource clock;
  private final Later later;
  private final CallerTurns turns;
  private final Map<ClientSocket, ClientSessions.Member> members = new ConcurrentHashMap<>();
  private final SocketHeartbeat beat;
  private final Duration patience;

  /** Runs tasks now or later on other threads. */
  public interface Later {
    void run(Runnable task);

    void run(Duration after, Runnable task);
  }

  /**
   * @param others the gateways on the same database
   * @param features what the pool supports
   * @param takesPreviews whether the sockets of a caller are sent previews
   * @param held what may be held back of prompts whose turn has not come
   */
  public SocketHub(
      ClientPrompts prompts,
      JobQueries queries,
      Supplier<ClusterEvents> others,
      PoolFeatures features,
      Predicate<Caller> takesPreviews,
      ObjectMapper json,
      InstantSource clock,
      HeldLimits held,
      Later later) {
    this.prompts = prompts;
    this.cluster = new ClusterFrames(others, clock);
    this.streams =
        new PromptStreams(sessions, cluster, held.bytes(), new MemoryBudget(held.bytesInAll()));
    this.status = new QueueStatus(prompts, sessions, streams::untold);
    this.ends = new PromptEnds(prompts, queries, sessions, streams, status);
    this.features = features;
    this.takesPreviews = takesPreviews;
    this.greeting = new SocketGreeting(sessions, streams, status, features, json);
    this.json = json;
    this.clock = clock;
    this.later = later;
    this.turns = new CallerTurns(later::run);
    this.patience = held.patience();
    this.beat =
        new SocketHeartbeat(
            prompts, sessions, streams, status, this::look, this::quietly, clock, patience);
  }

  // ---- the sockets of clients

  @Override
  public void opened(ClientSocket socket, String clientId) {
    ClientSessions.Member member = connect(socket.caller(), clientId, socket::send);
    members.put(socket, member);
    socket.onText(text -> heard(member, text));
  }

  @Override
  public void closed(ClientSocket socket) {
    ClientSessions.Member member = members.remove(socket);
    if (member != null) {
      disconnect(member);
    }
  }

  /**
   * A client has connected. Its first frames follow.
   *
   * @param clientId the id that it requests; empty to let the gateway choose one
   */
  ClientSessions.Member connect(Caller caller, String clientId, ClientSessions.Receiver receiver) {
    ClientSessions.Member member =
        new ClientSessions.Member(
            SocketGreeting.key(caller.name(), clientId), takesPreviews.test(caller), receiver);
    inTurn(
        member,
        () -> {
          if (!member.isGone()) {
            follow(member.key());
            greeting.greet(member);
          }
          if (member.isGone()) {
            remove(member);
          }
        });
    return member;
  }

  /**
   * A client sent a text message. If it sends faster than messages are read, only the last one
   * counts.
   */
  void heard(ClientSessions.Member member, String text) {
    if (member.puts(text)) {
      inTurn(member, () -> member.takes().ifPresent(last -> greeting.heard(member, last)));
    }
  }

  /** A client's connection has ended. */
  void disconnect(ClientSessions.Member member) {
    member.leave();
    inTurn(member, () -> remove(member));
  }

  private void remove(ClientSessions.Member member) {
    sessions.remove(member);
    if (!sessions.hasOwner(member.key().owner())) {
      status.forget(member.key().owner());
    }
  }

  // Its prompts may have been sent to another gateway, or before a restart of this one.
  private void follow(SessionKey key) {
    List<ClientPrompt> unfinished =
        prompts.unfinished(key.owner(), MOST_PROMPTS).stream()
            .filter(prompt -> prompt.clientId().filter(key.clientId()::equals).isPresent())
            .toList();
    unfinished.forEach(this::follow);
    ends.catchUp(key, unfinished, clock.instant().minus(patience));
  }

  private void follow(ClientPrompt prompt) {
    boolean isOld = prompt.created().plus(FOREIGN_ANSWER).isBefore(clock.instant());
    streams
        .of(prompt, isOld)
        .filter(stream -> !isOld && !stream.isAnswered())
        .ifPresent(stream -> later.run(FOREIGN_ANSWER, logged(stream::answered)));
  }

  // ---- prompts

  /**
   * The jobs of a caller's prompts that have begun, and whose clients wait on a socket for the end,
   * since it was not sent yet.
   */
  public List<UUID> awaited(String owner) {
    return streams.awaited(owner);
  }

  /** A prompt is about to be stored. None of its frames is sent before {@link #answered}. */
  public void posting(ClientPrompt prompt) {
    streams.of(prompt, false);
  }

  /** The answer to {@code POST /prompt} was sent, or will not be. */
  public void answered(ClientPrompt prompt) {
    later.run(
        AFTER_ANSWER,
        logged(
            () -> {
              // The count must precede the prompt's last frame.
              try {
                if (sessions.hasOwner(prompt.owner())) {
                  status.send(prompt.owner());
                }
              } finally {
                streams.find(prompt.job()).ifPresent(PromptStream::answered);
              }
            }));
  }

  /** The answer to {@code POST /prompt} will be that a server refused it: it gets no frames. */
  void refused(ClientPrompt prompt) {
    ends.drop(prompt.job());
  }

  /** A prompt is about to be sent to a server, or was found there. May query the database. */
  public void sentToServer(Job job, JobDocument document) {
    if (document.client().isPresent()) {
      if (streams.find(job.id()).isEmpty()) {
        prompts.ofJob(job.id()).ifPresent(this::follow);
      }
      job.place()
          .backend()
          .ifPresent(name -> streams.find(job.id()).ifPresent(stream -> stream.sentTo(name)));
    }
  }

  /** A job has ended. */
  public void ended(UUID job) {
    if (!sessions.isEmpty() || streams.find(job).isPresent()) {
      quietly(() -> look(job));
    }
  }

  /** Another gateway has changed a job, and may have ended it. */
  public void happened(UUID job) {
    ended(job);
  }

  private void look(UUID job) {
    ends.look(job).filter(prompt -> isWaitedFor(prompt)).ifPresent(this::follow);
    if (streams.find(job).isEmpty()) {
      cluster.forget(job);
    }
  }

  private boolean isWaitedFor(ClientPrompt prompt) {
    return prompt
        .clientId()
        .filter(client -> sessions.has(new SessionKey(prompt.owner(), client)))
        .isPresent();
  }

  @Override
  public Frames connected(String backend) {
    return new ServerFrames(backend, streams, features, json);
  }

  /** A server of another gateway sent a text frame of a job's prompt. */
  public void frame(UUID job, String text) {
    streams
        .find(job)
        .ifPresent(
            stream -> ServerFrames.read(text, (type, node) -> stream.text(type, node, text)));
  }

  // ---- time

  /**
   * Sends every caller with a socket the number of its prompts, and finds prompts whose end was not
   * reported. Call it every few seconds.
   */
  public void beat() {
    beat.beat();
  }

  /** Forgets prompts that have ended, or run elsewhere, of callers without a socket. */
  public void sweep() {
    beat.sweep();
  }

  private void inTurn(ClientSessions.Member member, Runnable task) {
    turns.run(member.key().owner(), logged(task));
  }

  private void quietly(Runnable task) {
    later.run(logged(task));
  }

  private static Runnable logged(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        // The next heartbeat checks again.
        LOG.warn("client frames not sent", e);
      }
    };
  }
}
