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

/** Which servers of the pool answer and are fit for work, by the results of probes and prompts. */
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
   * The state of one server.
   *
   * @param status {@code up}, {@code down}, {@code draining} or {@code resting}
   * @param isKnown whether it was probed at all
   * @param reason why it gets no work, or what is not known about it; empty where all is well
   */
  public record State(String status, boolean isKnown, String reason) {
    /** Whether it is {@code up}. */
    public boolean isUp() {
      return "up".equals(status);
    }
  }

  /** The servers whose probe is due. */
  public List<Backend> toProbe() {
    Instant now = clock.instant();
    return backends.members().stream()
        .filter(member -> member.health().isProbeDue())
        .filter(member -> member.beginProbe(now, now.plus(LONGEST_PROBE)))
        .map(Member::backend)
        .toList();
  }

  /** Records that a probe has ended, with whatever result. */
  void probeEnded(String name) {
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

  /** Whether any server of the pool is down. */
  public boolean anyDown() {
    return backends.members().stream().anyMatch(member -> member.health().downSince().isPresent());
  }

  /** When this gateway first saw that a server did not answer; empty where it is up. */
  public Optional<Instant> downSince(String name) {
    return backends.member(name).flatMap(member -> member.health().downSince());
  }

  /** When a server last answered a probe of this gateway; empty where it never did. */
  public Optional<Instant> lastAnswer(String name) {
    return backends.member(name).flatMap(member -> member.health().lastAnswer());
  }

  /** Why no server takes a job now, with a reason for each; empty where one does. */
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
    String status = state.isKnown() ? "is " + state.status() : "has not been probed yet";
    return state.isKnown() && !state.reason().isEmpty()
        ? status + " (" + state.reason() + ")"
        : status;
  }

  /** Whether the last request to a server was not answered. */
  public boolean isSilent(String name) {
    return backends.member(name).filter(member -> member.health().isSilent()).isPresent();
  }

  /** The state of a server. */
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
      return new State("draining", known, "it was removed from the file and finishes its work");
    }
    if (member.backend().drain()) {
      return new State("draining", known, "drain: true is set for it");
    }
    if (member.isDrained()) {
      String why = member.whyDrained();
      return new State(
          "draining",
          known,
          "an admin has taken it out of service" + (why.isEmpty() ? "" : ": " + why));
    }
    if (health.isResting()) {
      return new State("resting", known, health.reason());
    }
    String old = member.version().flatMap(ComfyVersion::objection).orElse("");
    return new State("up", known, old.isEmpty() ? member.whyClassesUnknown() : old);
  }

  /** The most prompts that each server which is fit for work has at a time, by its name. */
  Map<String, Integer> windows() {
    Map<String, Integer> windows = new LinkedHashMap<>();
    for (Member member : backends.members()) {
      if (member.takesWork()) {
        int window = member.health().isOnTrial() ? 1 : member.backend().window();
        windows.put(member.backend().name(), window);
      }
    }
    return windows;
  }

  /**
   * Records that a server answered as expected.
   *
   * @return whether it was down before
   */
  public boolean up(String name) {
    boolean wasDown =
        backends.member(name).filter(member -> member.health().answered()).isPresent();
    if (wasDown) {
      LOG.info("backend is up backend={}", name);
    }
    return wasDown;
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
              // It may come back with other nodes installed, so these are read again.
              member.forgetInfo();
              LOG.warn("backend is down backend={} reason={}", name, failure.reason());
            });
  }

  /** Records that a prompt succeeded on a server. */
  public void promptSucceeded(String name) {
    if (backends.member(name).filter(member -> member.health().succeeded()).isPresent()) {
      LOG.info("backend runs prompts again backend={}", name);
    }
  }

  /**
   * Records that a prompt failed on a server for a reason that may lie in the server. After several
   * in a row the server rests.
   *
   * @return whether it rests from now on
   */
  public boolean promptFailed(String name, String reason) {
    boolean out =
        backends.member(name).filter(member -> member.health().failed(reason)).isPresent();
    if (out) {
      LOG.warn("backend fails its prompts and rests backend={} reason={}", name, reason);
    }
    return out;
  }

  /** Whether a server gets no prompts because its last ones failed. */
  public boolean isResting(String name) {
    return backends.member(name).filter(member -> member.health().isResting()).isPresent();
  }
}
