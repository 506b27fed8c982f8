package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the WebSockets tell of running prompts. It is kept in memory alone: a prompt of which no
 * socket tells has no progress, and finishes all the same.
 */
public final class ProgressBoard {
  private final Map<UUID, Entry> entries = new ConcurrentHashMap<>();
  private final Set<UUID> unread = ConcurrentHashMap.newKeySet();

  private record Entry(Map<String, String> titles, Set<String> done, Progress progress) {}

  /** Begins to follow a prompt. */
  public void follow(UUID job, JsonNode graph) {
    Map<String, String> titles = new ConcurrentHashMap<>();
    graph
        .properties()
        .forEach(
            node -> {
              String title = node.getValue().path("_meta").path("title").asText("");
              titles.put(
                  node.getKey(),
                  title.isBlank() ? node.getValue().path("class_type").asText() : title);
            });
    Progress nothing =
        new Progress(0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    entries.put(job, new Entry(titles, Set.of(), nothing));
  }

  public void forget(UUID job) {
    entries.remove(job);
    unread.remove(job);
  }

  /** Whether a socket has told that a prompt ended, and its history was not read since. */
  boolean isUnread(UUID job) {
    return unread.contains(job);
  }

  /** The history of a prompt is about to be read. */
  void reading(UUID job) {
    unread.remove(job);
  }

  public Optional<Progress> of(UUID job) {
    return Optional.ofNullable(entries.get(job))
        .map(Entry::progress)
        .filter(progress -> progress.node().isPresent() || progress.percent() > 0);
  }

  /**
   * Takes a text frame.
   *
   * @return the prompt that the frame is about, and what it means
   */
  public Optional<Signal> read(JsonNode frame) {
    JsonNode data = frame.path("data");
    Optional<UUID> job = promptId(data).filter(entries::containsKey);
    return job.flatMap(id -> signal(id, frame.path("type").asText(), data));
  }

  private Optional<Signal> signal(UUID job, String type, JsonNode data) {
    switch (type) {
      case "execution_start":
        return Optional.of(new Signal(job, Signal.Kind.STARTED));
      case "execution_cached":
        data.path("nodes")
            .forEach(node -> advance(job, node.asText(), Optional.empty(), Optional.empty(), true));
        return Optional.empty();
      case "executing":
        // The last frame of a prompt, sent when its history can be read: the moment to read it.
        if (data.path("node").isNull()) {
          unread.add(job);
          return Optional.of(new Signal(job, Signal.Kind.ENDED));
        }
        advance(job, data.path("node").asText(), Optional.empty(), Optional.empty(), false);
        return Optional.of(new Signal(job, Signal.Kind.PROGRESS));
      case "progress":
        advance(
            job,
            data.path("node").asText(),
            Optional.of(data.path("value").asDouble()),
            Optional.of(data.path("max").asDouble()),
            false);
        return Optional.of(new Signal(job, Signal.Kind.PROGRESS));
      case "executed":
        advance(job, data.path("node").asText(), Optional.empty(), Optional.empty(), true);
        return Optional.of(new Signal(job, Signal.Kind.PROGRESS));
      default:
        return Optional.empty();
    }
  }

  private void advance(
      UUID job, String node, Optional<Double> value, Optional<Double> max, boolean finished) {
    entries.computeIfPresent(
        job,
        (id, entry) -> {
          Set<String> done = new HashSet<>(entry.done());
          entry.progress().node().filter(before -> !before.equals(node)).ifPresent(done::add);
          if (finished) {
            done.add(node);
          } else {
            done.remove(node);
          }
          double part =
              value.isPresent() && max.isPresent() && max.get() > 0 ? value.get() / max.get() : 0;
          double share = (done.size() + Math.min(1, part)) / Math.max(1, entry.titles().size());
          // Frames of one prompt may be handled out of their order; what is shown only grows.
          int percent =
              Math.max(entry.progress().percent(), (int) Math.min(99, Math.floor(100 * share)));
          Progress now =
              new Progress(
                  percent,
                  Optional.of(node),
                  Optional.ofNullable(entry.titles().get(node)),
                  value,
                  max);
          return new Entry(entry.titles(), Set.copyOf(done), now);
        });
  }

  private static Optional<UUID> promptId(JsonNode data) {
    try {
      return Optional.of(UUID.fromString(data.path("prompt_id").asText()));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  /**
   * What a frame means.
   *
   * @param job the prompt it is about
   * @param kind what happened
   */
  public record Signal(UUID job, Kind kind) {
    /** What a frame can say. */
    public enum Kind {
      STARTED,
      PROGRESS,
      ENDED
    }
  }
}
