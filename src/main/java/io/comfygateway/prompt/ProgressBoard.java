package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.job.NodeStarts;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The progress of running prompts, as the WebSockets report it. It is kept only in memory: a prompt
 * that no socket reports on has no progress, and finishes nevertheless.
 */
public final class ProgressBoard {
  private static final int MAX_NAME = 200;

  private final Map<UUID, Entry> entries = new ConcurrentHashMap<>();
  private final Set<UUID> unread = ConcurrentHashMap.newKeySet();
  private final Set<UUID> changed = ConcurrentHashMap.newKeySet();
  private final NodeStarts starts;

  public ProgressBoard(NodeStarts starts) {
    this.starts = starts;
  }

  /**
   * The state of a prompt.
   *
   * @param titles of the nodes of its graph, by their ids
   * @param done those of them that have ended; nodes that are not in the graph are never kept
   */
  private record Entry(Map<String, String> titles, Set<String> done, Progress progress) {
    Set<String> doneBefore(String node) {
      Set<String> before = new HashSet<>(done);
      progress
          .node()
          .filter(last -> !last.equals(node) && titles.containsKey(last))
          .ifPresent(before::add);
      return before;
    }

    Entry at(String node, Set<String> nowDone, Optional<Double> value, Optional<Double> max) {
      double part =
          value.isPresent() && max.isPresent() && max.get() > 0 ? value.get() / max.get() : 0;
      double share = (nowDone.size() + Math.min(1, part)) / Math.max(1, titles.size());
      // Frames of one prompt may be handled out of order; the percentage only grows.
      int percent = Math.max(progress.percent(), (int) Math.min(99, Math.floor(100 * share)));
      Progress now =
          new Progress(
              percent,
              Optional.of(ShortText.of(node, MAX_NAME)),
              Optional.ofNullable(titles.get(node)),
              value,
              max);
      return new Entry(titles, Set.copyOf(nowDone), now);
    }
  }

  /** Begins to follow a prompt. */
  public void follow(UUID job, JsonNode graph) {
    Map<String, String> titles = NodeTitles.of(graph);
    Progress nothing =
        new Progress(0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    starts.begin(job);
    entries.put(job, new Entry(titles, Set.of(), nothing));
  }

  /** Forgets a prompt that has ended, or that this process no longer runs. */
  public void forget(UUID job) {
    entries.remove(job);
    unread.remove(job);
    changed.remove(job);
  }

  /** The newest progress of the prompts whose progress has changed since the last call. */
  public Map<UUID, Progress> takeChanged() {
    Map<UUID, Progress> newest = new HashMap<>();
    for (UUID job : List.copyOf(changed)) {
      changed.remove(job);
      of(job).ifPresent(progress -> newest.put(job, progress));
    }
    return newest;
  }

  /** Whether a socket has reported that a prompt ended, and its history was not read since. */
  boolean isUnread(UUID job) {
    return unread.contains(job);
  }

  /** Records that the history of a prompt is about to be read. */
  void reading(UUID job) {
    unread.remove(job);
  }

  /** The progress of a prompt; empty where no socket has reported any. */
  public Optional<Progress> of(UUID job) {
    return Optional.ofNullable(entries.get(job))
        .map(Entry::progress)
        .filter(progress -> progress.node().isPresent() || progress.percent() > 0);
  }

  /**
   * Takes a text frame.
   *
   * @return the prompt that the frame is about, and what it reports
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
        Set<String> cached = new LinkedHashSet<>();
        data.path("nodes").forEach(node -> cached.add(node.asText()));
        finish(job, cached);
        return Optional.empty();
      case "executing":
        // The last frame of a prompt, sent when its history can be read: the moment to read it.
        if (data.path("node").isNull()) {
          unread.add(job);
          return Optional.of(new Signal(job, Signal.Kind.ENDED));
        }
        advance(job, data.path("node").asText(), Optional.empty(), Optional.empty());
        return Optional.of(new Signal(job, Signal.Kind.PROGRESS));
      case "progress":
        advance(
            job,
            data.path("node").asText(),
            Optional.of(data.path("value").asDouble()),
            Optional.of(data.path("max").asDouble()));
        return Optional.of(new Signal(job, Signal.Kind.PROGRESS));
      case "executed":
        finish(job, Set.of(data.path("node").asText()));
        return Optional.of(new Signal(job, Signal.Kind.PROGRESS));
      default:
        return Optional.empty();
    }
  }

  private void advance(UUID job, String node, Optional<Double> value, Optional<Double> max) {
    entries.computeIfPresent(
        job,
        (id, entry) -> {
          Set<String> done = entry.doneBefore(node);
          done.remove(node);
          changed.add(id);
          return entry.at(node, done, value, max);
        });
  }

  private void finish(UUID job, Set<String> nodes) {
    entries.computeIfPresent(
        job,
        (id, entry) -> {
          Set<String> known = new LinkedHashSet<>(nodes);
          known.retainAll(entry.titles().keySet());
          String last = "";
          for (String node : known) {
            last = node;
          }
          if (last.isEmpty()) {
            return entry;
          }
          Set<String> done = entry.doneBefore(last);
          done.addAll(known);
          changed.add(id);
          return entry.at(last, done, Optional.empty(), Optional.empty());
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
   * What a frame reports.
   *
   * @param job the prompt it is about
   * @param kind what happened
   */
  public record Signal(UUID job, Kind kind) {
    /** What a frame can report. */
    public enum Kind {
      STARTED,
      PROGRESS,
      ENDED
    }
  }
}
