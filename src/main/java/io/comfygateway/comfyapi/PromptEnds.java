package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends the last frames of prompts: how each ended, the number of prompts that are left, and that
 * nothing runs. By then the history can be read.
 */
final class PromptEnds {
  private static final int REMEMBERED = 10_000;
  private static final int MOST_MISSED = 1_000;
  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);

  private final ClientPrompts prompts;
  private final JobQueries queries;
  private final ClientSessions sessions;
  private final PromptStreams streams;
  private final QueueStatus status;
  // Several threads may report the end of a prompt.
  private final Set<UUID> sending = ConcurrentHashMap.newKeySet();
  private final Set<UUID> sent =
      Collections.newSetFromMap(
          Caffeine.newBuilder()
              .maximumSize(REMEMBERED)
              .expireAfterWrite(REMEMBERED_FOR)
              .<UUID, Boolean>build()
              .asMap());

  PromptEnds(
      ClientPrompts prompts,
      JobQueries queries,
      ClientSessions sessions,
      PromptStreams streams,
      QueueStatus status) {
    this.prompts = prompts;
    this.queries = queries;
    this.sessions = sessions;
    this.streams = streams;
    this.status = status;
  }

  /**
   * Checks whether a job's prompt has ended, and if so sends its last frames. Queries the database;
   * if a query fails, the next call tries again.
   *
   * @return the prompt if it has not ended
   */
  Optional<ClientPrompt> look(UUID job) {
    if (sent.contains(job)) {
      removeLate(job);
      return Optional.empty();
    }
    if (streams.find(job).isEmpty() && sessions.isEmpty()) {
      return Optional.empty();
    }
    Optional<ClientPrompt> prompt = prompts.ofJob(job);
    if (prompt.isEmpty()) {
      streams.remove(job);
      return Optional.empty();
    }
    if (prompt.get().ended().isEmpty()) {
      return prompt;
    }
    if (sending.add(job)) {
      try {
        end(prompt.get());
      } finally {
        sending.remove(job);
      }
    }
    return Optional.empty();
  }

  // A socket that opened just as the prompt ended has created the stream again.
  private void removeLate(UUID job) {
    streams
        .find(job)
        .filter(stream -> stream.isAnswered() && !stream.hasEnded())
        .ifPresent(stream -> streams.remove(job));
  }

  private void end(ClientPrompt prompt) {
    Optional<PromptStream> stream = streams.of(prompt, true);
    if (sent.contains(prompt.job())) {
      // It may have ended in the meantime, and the stream may be a new one.
      removeLate(prompt.job());
    } else if (stream.isPresent() && !prompt.hidden()) {
      stream.get().ended(() -> sendOnce(stream.get()));
    } else {
      // It was deleted while it waited, or has no client id.
      status.send(prompt.owner());
      sent(prompt.job());
    }
  }

  // What is sent is read only now, since many prompts may wait for their turn.
  private void sendOnce(PromptStream stream) {
    UUID job = stream.job();
    try {
      Optional<ClientPrompts.Entry> entry = prompts.entry(job);
      Optional<Job> found = queries.find(job);
      if (entry.isPresent() && found.isPresent()) {
        send(stream, entry.get(), found.get());
      } else {
        status.send(stream.prompt().owner());
      }
    } catch (RuntimeException e) {
      stream.reopen();
      throw e;
    }
    sent(job);
  }

  /**
   * Finds the ends that were to be sent after those of prompts in front of them, by this gateway
   * before it was restarted or by another one. Queries the database.
   *
   * @param unfinished the client's prompts that have not ended
   * @param patience since when prompts may have waited for one that does not run
   */
  void catchUp(SessionKey client, List<ClientPrompt> unfinished, Instant patience) {
    Optional<ClientPrompt> first =
        unfinished.stream().min(Comparator.comparingDouble(ClientPrompt::number));
    if (first.isEmpty()) {
      return;
    }
    boolean runs =
        prompts.running(client.owner()).stream()
            .anyMatch(prompt -> prompt.job().equals(first.get().job()));
    Instant since = first.get().created();
    for (ClientPrompt prompt :
        prompts.endedBehind(
            client,
            first.get().number(),
            runs || since.isAfter(patience) ? since : patience,
            MOST_MISSED)) {
      if (!sent.contains(prompt.job()) && streams.find(prompt.job()).isEmpty()) {
        streams.of(prompt, true);
        look(prompt.job());
      }
    }
  }

  /** No frame of this prompt is sent, not even how it ended. */
  void drop(UUID job) {
    streams.find(job).ifPresent(PromptStream::drop);
    sent(job);
  }

  private void sent(UUID job) {
    sent.add(job);
    streams.remove(job);
  }

  private static JsonNode outputs(ClientPrompts.Entry entry) {
    return entry
        .outputs()
        .map(found -> ClientFiles.named(entry.prompt().job(), found))
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private void send(PromptStream stream, ClientPrompts.Entry entry, Job job) {
    ClientPrompt prompt = entry.prompt();
    PromptMessages.Message last = PromptMessages.last(prompt.promptId(), job);
    SessionKey key = new SessionKey(prompt.owner(), prompt.clientId().orElseThrow());
    status.with(
        prompt.owner(),
        remaining -> {
          stream.last(new PromptStream.Ending(outputs(entry), last.type(), last.data()));
          sessions.sendToOwner(prompt.owner(), ClientFrame.status(remaining, null));
          sessions.send(key, ClientFrame.executing(Optional.empty(), prompt.promptId()));
        });
  }
}
