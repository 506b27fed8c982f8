package io.comfygateway.comfyapi;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Sends clients the number of their prompts regularly, finds prompts whose end was not reported,
 * and passes over prompts that hold up others.
 */
final class SocketHeartbeat {
  private final ClientPrompts prompts;
  private final ClientSessions sessions;
  private final PromptStreams streams;
  private final QueueStatus status;
  private final Consumer<UUID> ended;
  private final Executor threads;
  private final InstantSource clock;
  private final Duration patience;
  // The callers whose last heartbeat has not finished.
  private final Set<String> beating = ConcurrentHashMap.newKeySet();

  /**
   * @param ended is called with a job that has ended or is gone
   * @param threads run what queries the database
   * @param patience how long a prompt that does not run may hold up others of its client
   */
  SocketHeartbeat(
      ClientPrompts prompts,
      ClientSessions sessions,
      PromptStreams streams,
      QueueStatus status,
      Consumer<UUID> ended,
      Executor threads,
      InstantSource clock,
      Duration patience) {
    this.prompts = prompts;
    this.sessions = sessions;
    this.streams = streams;
    this.status = status;
    this.ended = ended;
    this.threads = threads;
    this.clock = clock;
    this.patience = patience;
  }

  /** Sends every caller with a socket the number of its prompts, and finds missed ends. */
  void beat() {
    for (String owner : sessions.owners()) {
      run(
          owner,
          () -> {
            lookForEnds(owner);
            passOver(owner);
            status.repeat(owner);
          });
    }
  }

  /** Forgets prompts that have ended, or run elsewhere, of callers without a socket. */
  void sweep() {
    streams.all().stream()
        .map(stream -> stream.prompt().owner())
        .collect(Collectors.toSet())
        .stream()
        .filter(owner -> !sessions.hasOwner(owner))
        .forEach(
            owner ->
                run(
                    owner,
                    () -> {
                      lookForEnds(owner);
                      passOver(owner);
                    }));
  }

  // A slow database gets no further query of a caller before it has answered the last one.
  private void run(String owner, Runnable task) {
    if (beating.add(owner)) {
      threads.execute(
          () -> {
            try {
              task.run();
            } finally {
              beating.remove(owner);
            }
          });
    }
  }

  private void lookForEnds(String owner) {
    List<PromptStream> answered =
        streams.ofOwner(owner).stream()
            .filter(stream -> stream.isAnswered() && !stream.hasEnded())
            .toList();
    if (!answered.isEmpty()) {
      Set<UUID> unfinished = prompts.unfinishedJobs(owner);
      answered.stream()
          .map(PromptStream::job)
          .filter(job -> !unfinished.contains(job))
          .forEach(ended);
    }
  }

  private void passOver(String owner) {
    List<ClientLine> heldUp = streams.lines(owner).stream().filter(ClientLine::isHeldUp).toList();
    if (!heldUp.isEmpty()) {
      Set<UUID> running =
          prompts.running(owner).stream().map(ClientPrompt::job).collect(Collectors.toSet());
      heldUp.forEach(line -> line.passOver(running::contains, clock.instant(), patience));
    }
  }
}
