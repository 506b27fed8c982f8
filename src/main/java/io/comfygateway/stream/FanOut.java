package io.comfygateway.stream;

import io.comfygateway.database.Commits;
import io.comfygateway.job.JobEvent;
import io.comfygateway.job.JobEventLog;
import io.comfygateway.stream.RecentEvents.Sent;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One turn after the other, everything new is read once and written to all listeners: those with
 * the same filter share one buffer. Only one thread may use it.
 */
final class FanOut {
  private static final int MOST_MISSED = 1_000;
  private static final int QUERIES_PER_TURN = 20;
  private static final Buffer BYE =
      Buffer.buffer("event: bye\ndata: {\"reason\":\"The key or the session has ended.\"}\n\n");

  private final JobEventLog log;
  private final Commits commits;
  private final EventRenderer renderer;
  private final EventListeners listeners;
  private final StreamLimits limits;
  private final Predicate<String> isLive;
  private final InstantSource clock;
  private final LogFeed feed;
  private final RecentEvents recent = new RecentEvents();
  private boolean isReading;

  FanOut(
      JobEventLog log,
      Commits commits,
      EventRenderer renderer,
      EventListeners listeners,
      StreamLimits limits,
      Predicate<String> isLive,
      InstantSource clock) {
    this.log = log;
    this.commits = commits;
    this.renderer = renderer;
    this.listeners = listeners;
    this.limits = limits;
    this.isLive = isLive;
    this.clock = clock;
    this.feed = new LogFeed(log, clock);
  }

  /** Writes what is new. Without listeners, it only has progress collected for other gateways. */
  void turn() {
    List<EventListener> all = listeners.all();
    List<StreamEvent> progress = renderer.progress(!all.isEmpty());
    if (all.isEmpty()) {
      isReading = false;
      return;
    }
    Map<String, Boolean> known = new HashMap<>();
    List<EventListener> here =
        all.stream()
            .filter(
                listener -> stays(listener, known.computeIfAbsent(listener.caller(), isLive::test)))
            .toList();
    try {
      write(here, read(), progress);
    } catch (RuntimeException e) {
      isReading = false;
      here.forEach(EventListener::lost);
      throw e;
    }
  }

  private void write(List<EventListener> here, List<Sent> changes, List<StreamEvent> progress) {
    Set<UUID> ended =
        changes.stream()
            .filter(sent -> sent.event().name().equals("finished"))
            .map(sent -> sent.event().subject().job())
            .collect(Collectors.toSet());
    List<Sent> newest =
        progress.stream()
            .filter(event -> !ended.contains(event.subject().job()))
            .map(event -> new Sent(event, event.text(0)))
            .toList();
    List<Sent> now = join(changes, newest);
    Map<EventFilter, Buffer> shared = new HashMap<>();
    Set<UUID> over = over(here, changes);
    int queries = 0;
    for (EventListener listener : here) {
      if (!listener.takes(clock.instant())) {
        continue;
      }
      if (listener.resume().isEmpty()) {
        Buffer lines = shared.computeIfAbsent(listener.filter(), filter -> lines(filter, now));
        write(listener, lines, over);
      } else if (isBeyondTheLog(listener.resume().get())) {
        write(listener, reset(), over);
      } else if (recent.cover(listener.resume().get())) {
        List<Sent> missed = join(recent.after(listener.resume().get()), newest);
        write(listener, lines(listener.filter(), missed), over);
      } else if (queries++ < QUERIES_PER_TURN) {
        write(listener, missed(listener).appendBuffer(lines(listener.filter(), newest)), over);
      }
    }
  }

  private static List<Sent> join(List<Sent> first, List<Sent> second) {
    List<Sent> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  // False for one that ends now.
  private boolean stays(EventListener listener, boolean isKnown) {
    Instant now = clock.instant();
    boolean isStuck =
        listener.behind().filter(since -> since.plus(limits.behind()).isBefore(now)).isPresent();
    if (listener.isClosed()) {
      listeners.remove(listener);
      return false;
    }
    if (isStuck) {
      // Its socket is freed by the server's own limit if the client never reads.
      listeners.remove(listener);
      listener.cut();
      return false;
    }
    if (!isKnown || !listener.lasts()) {
      listeners.remove(listener);
      listener.end(BYE);
      return false;
    }
    if (listener.begun().plus(limits.life()).isBefore(now)) {
      listeners.remove(listener);
      listener.end(Buffer.buffer(": connect again\n\n"));
      return false;
    }
    return true;
  }

  private List<Sent> read() {
    if (!isReading) {
      feed.begin();
      // Only rows that are read from now on are in memory, also where older numbers are missing.
      recent.begin(feed.position().row() + 1);
      isReading = true;
    }
    commits.begin();
    List<JobEvent> rows = feed.read();
    if (rows.isEmpty()) {
      return List.of();
    }
    // Others can read a commit before it is on the disk; a listener gets none that may be lost.
    commits.flush();
    List<Sent> sent = sent(renderer.changes(rows));
    recent.add(sent);
    return sent;
  }

  private List<Sent> sent(List<StreamEvent> events) {
    long from = feed.from();
    return events.stream().map(event -> new Sent(event, event.text(from))).toList();
  }

  private static Buffer lines(EventFilter filter, List<Sent> events) {
    Buffer lines = Buffer.buffer();
    events.stream()
        .filter(sent -> filter.matches(sent.event().subject()))
        .forEach(sent -> lines.appendString(sent.text()));
    return lines;
  }

  // The jobs with a listener of their own to which nothing more will happen.
  private Set<UUID> over(List<EventListener> here, List<Sent> changes) {
    Set<UUID> changed =
        changes.stream().map(sent -> sent.event().subject().job()).collect(Collectors.toSet());
    return here.stream()
        .filter(
            listener ->
                listener
                    .filter()
                    .job()
                    .filter(job -> listener.resume().isPresent() || changed.contains(job))
                    .isPresent())
        .map(listener -> listener.filter().job().orElseThrow())
        .distinct()
        .filter(renderer::isOver)
        // What was committed since this turn read the log is sent first.
        .filter(
            job ->
                log.of(job, feed.from(), MOST_MISSED).stream()
                    .allMatch(row -> feed.hasRead(row.sequence())))
        .collect(Collectors.toCollection(HashSet::new));
  }

  // As after the database was restored from a backup.
  private boolean isBeyondTheLog(EventId position) {
    return position.row() > feed.position().row() && position.row() > log.newest();
  }

  private Buffer reset() {
    return Buffer.buffer(
        "event: reset\nid: "
            + feed.position().text()
            + "\ndata: {\"reason\":\"The events since yours are not kept, or too many."
            + " Read the jobs again.\"}\n\n");
  }

  // What a client missed that is no longer in memory.
  private Buffer missed(EventListener listener) {
    EventId position = listener.resume().orElseThrow();
    List<JobEvent> rows =
        listener
            .filter()
            .job()
            .map(job -> log.of(job, position.firstRow(), MOST_MISSED + 1))
            .orElseGet(() -> log.from(position.firstRow(), MOST_MISSED + 1));
    if (rows.size() > MOST_MISSED) {
      return reset();
    }
    List<JobEvent> read = rows.stream().filter(row -> feed.hasRead(row.sequence())).toList();
    return lines(
        listener.filter(),
        sent(renderer.changes(read)).stream()
            .filter(sent -> position.isBefore(sent.event()))
            .toList());
  }

  private void write(EventListener listener, Buffer lines, Set<UUID> over) {
    Instant now = clock.instant();
    if (listener.filter().job().filter(over::contains).isPresent()) {
      listeners.remove(listener);
      listener.end(lines);
    } else if (lines.length() > 0) {
      listener.write(lines, feed.position(), now);
    } else if (!listener.written().plus(limits.beat()).isAfter(now)) {
      listener.write(
          Buffer.buffer(": beat\nevent: beat\ndata: {\"at\":\"" + now + "\"}\n\n"),
          feed.position(),
          now);
    } else {
      listener.reached(feed.position());
    }
  }
}
