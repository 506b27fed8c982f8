package io.comfygateway.pool;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which servers of the pool answer and are fit for work. Probes and prompts report here how they
 * went.
 */
public final class BackendHealth {
  private static final Logger LOG = LoggerFactory.getLogger(BackendHealth.class);
  private static final Duration LONGEST_PROBE = Duration.ofMinutes(5);

  private final Backends backends;
  private final InstantSource clock;

  BackendHealth(Backends backends, InstantSource clock) {
    this.backends = backends;
    this.clock = clock;
  }

  /**
   * What is known of one server.
   *
   * @param status {@code up}, {@code down}, {@code draining} or {@code resting}
   * @param isKnown whether it was asked at all
   * @param reason why it is given no work, or what is not known of it; empty where all is well
   */
  public record State(String status, boolean isKnown, String reason) {
    /** Whether it is {@code up}. */
    public boolean isUp() {
      return "up".equals(status);
    }
  }

  /** The servers to be asked now whether they are there. */
  public List<Backend> toProbe() {
    Instant now = clock.instant();
    return backends.members().stream()
        .filter(member -> member.health().isProbeDue())
        .filter(member -> member.beginProbe(now, now.plus(LONGEST_PROBE)))
        .map(Member::backend)
        .toList();
  }

  /** A probe has ended, however it did. */
  void probed(String name) {
    backends.member(name).ifPresent(Member::endProbe);
  }

  /** Whether a server is in the pool and answers. */
  public boolean isUp(String name) {
    return backends.member(name).filter(member -> member.health().isUp()).isPresent();
  }

  /** The servers that answer. */
  public List<String> answering() {
    return backends.members().stream()
        .filter(member -> member.health().isUp() && !member.health().isSilent())
        .map(member -> member.backend().name())
        .toList();
  }

  /** Whether any server of the pool was taken out. */
  public boolean anyDown() {
    return backends.members().stream().anyMatch(member -> member.health().downSince().isPresent());
  }

  /** Since when a server has not answered, as far as this gateway has seen. */
  public Optional<Instant> downSince(String name) {
    return backends.member(name).flatMap(member -> member.health().downSince());
  }

  /** Why no server takes a job now, with the reason of each; empty where one does. */
  public Optional<String> whyNoneTakesWork() {
    if (backends.members().stream().anyMatch(Member::takesWork)) {
      return Optional.empty();
    }
    return Optional.of(
        backends.members().stream()
            .map(member -> member.backend().name() + " " + inWords(state(member)))
            .collect(Collectors.joining("; ")));
  }

  private static String inWords(State state) {
    String status = state.isKnown() ? "is " + state.status() : "was not asked yet";
    return state.isKnown() && !state.reason().isEmpty()
        ? status + " (" + state.reason() + ")"
        : status;
  }

  /** Whether a server did not answer when it was asked the last time. */
  public boolean isSilent(String name) {
    return backends.member(name).filter(member -> member.health().isSilent()).isPresent();
  }

  public State state(String name) {
    return backends
        .member(name)
        .map(BackendHealth::state)
        .orElse(new State("down", true, "not in the pool"));
  }

  private static State state(Member member) {
    ServerHealth health = member.health();
    boolean known = health.isKnown();
    if (!health.isUp()) {
      return new State("down", known, health.reason());
    }
    if (member.isLeaving()) {
      return new State(
          "draining", known, "it is no longer in the file; its work is finished first");
    }
    if (member.backend().drain()) {
      return new State("draining", known, "its file says drain: true");
    }
    if (health.isResting()) {
      return new State("resting", known, health.reason());
    }
    String old = member.version().flatMap(ComfyVersion::objection).orElse("");
    return new State("up", known, old.isEmpty() ? member.untold() : old);
  }

  /** How many prompts each server that is fit for work takes at a time. */
  public Map<String, Integer> rooms() {
    Map<String, Integer> rooms = new LinkedHashMap<>();
    for (Member member : backends.members()) {
      if (member.takesWork()) {
        int window = member.health().isOnTrial() ? 1 : member.backend().window();
        rooms.put(member.backend().name(), window);
      }
    }
    return rooms;
  }

  /**
   * Notes that a server answered as it should.
   *
   * @return whether it did not before
   */
  public boolean up(String name) {
    boolean news = backends.member(name).filter(member -> member.health().answered()).isPresent();
    if (news) {
      LOG.info("backend is up backend={}", name);
    }
    return news;
  }

  /**
   * Records that a server did not answer. Several failures in a row, or one that is sure, take it
   * out until it answers again.
   */
  public void down(String name, BackendFailure failure) {
    backends
        .member(name)
        .filter(member -> member.health().silent(failure.reason(), failure.isSure()))
        .ifPresent(
            member -> {
              // It may come back with other nodes installed, so these are asked for again.
              member.forgetInfo();
              LOG.warn("backend is down backend={} reason={}", name, failure.reason());
            });
  }

  /** Notes that a prompt that a server ran succeeded. */
  public void promptSucceeded(String name) {
    if (backends.member(name).filter(member -> member.health().succeeded()).isPresent()) {
      LOG.info("backend runs prompts again backend={}", name);
    }
  }

  /**
   * Notes that a prompt failed on a server for a reason that may lie in the server; after some in a
   * row it rests.
   *
   * @return whether it was taken out by that
   */
  public boolean promptFailed(String name, String reason) {
    boolean out =
        backends.member(name).filter(member -> member.health().failed(reason)).isPresent();
    if (out) {
      LOG.warn("backend fails its prompts and rests backend={} reason={}", name, reason);
    }
    return out;
  }

  /** Whether a server gets no prompts because those that it had failed. */
  public boolean isResting(String name) {
    return backends.member(name).filter(member -> member.health().isResting()).isPresent();
  }
}
