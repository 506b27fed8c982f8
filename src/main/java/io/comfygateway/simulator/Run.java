package io.comfygateway.simulator;

import java.util.Optional;

/** A running prompt, and whether it was interrupted. */
final class Run {

  /** Why a run ends before its time. */
  enum Stop {
    /** {@code POST /interrupt}: the prompt ends in the history as interrupted. */
    INTERRUPTED,
    /** The server has stopped: nothing more is reported about the prompt. */
    ABANDONED
  }

  /** Ends a run at the next point where a node checks for interruption. */
  static final class Stopped extends Exception {
    private static final long serialVersionUID = 1L;

    private final Stop reason;

    Stopped(Stop reason) {
      super(reason.name(), null, false, false);
      this.reason = reason;
    }

    Stop reason() {
      return reason;
    }
  }

  private final Prompt prompt;
  private volatile Optional<Stop> stop = Optional.empty();
  private volatile Optional<String> node = Optional.empty();

  Run(Prompt prompt) {
    this.prompt = prompt;
  }

  Prompt prompt() {
    return prompt;
  }

  void stop(Stop reason) {
    stop = Optional.of(reason);
  }

  /** The node that is being executed. */
  Optional<String> node() {
    return node;
  }

  void at(String nodeId) {
    node = Optional.of(nodeId);
  }

  boolean isAbandoned() {
    return stop.equals(Optional.of(Stop.ABANDONED));
  }

  void check() throws Stopped {
    Optional<Stop> reason = stop;
    if (reason.isPresent()) {
      throw new Stopped(reason.get());
    }
  }
}
