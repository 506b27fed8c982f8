package io.comfygateway.stream;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The open streams, of which there may only be so many. */
final class EventListeners {
  private final StreamLimits limits;
  private final Set<EventListener> open = new LinkedHashSet<>();
  private final Map<String, Integer> perCaller = new HashMap<>();
  private boolean closed;

  EventListeners(StreamLimits limits) {
    this.limits = limits;
  }

  /**
   * Adds one.
   *
   * @throws Problem where there are too many, or the gateway is stopping
   */
  synchronized void add(EventListener listener) {
    if (closed) {
      throw busy("The gateway is stopping; connect again in a moment.");
    }
    if (open.size() >= limits.listeners()) {
      throw busy(
          "%d event streams are open, as many as may be (gateway.events.max-streams). Try again in a moment."
              .formatted(limits.listeners()));
    }
    int own = perCaller.getOrDefault(listener.caller(), 0);
    if (own >= limits.perCaller()) {
      throw new Problem(
              ProblemType.TOO_MANY_REQUESTS,
              "The key \"%s\" has %d event streams open, as many as one may (gateway.events.max-streams-per-key). Follow all jobs with one stream, GET /events."
                  .formatted(listener.caller(), limits.perCaller()))
          .withHeader("Retry-After", "5");
    }
    open.add(listener);
    perCaller.put(listener.caller(), own + 1);
  }

  private static Problem busy(String detail) {
    return new Problem(ProblemType.BUSY, detail).withHeader("Retry-After", "5");
  }

  /** Removes one; does nothing where it is gone. */
  synchronized void remove(EventListener listener) {
    if (open.remove(listener)) {
      perCaller.computeIfPresent(listener.caller(), (name, own) -> own == 1 ? null : own - 1);
    }
  }

  /** Those that are open now. */
  synchronized List<EventListener> all() {
    return List.copyOf(open);
  }

  synchronized int count() {
    return open.size();
  }

  /** Takes no more, and returns those that are open. */
  synchronized List<EventListener> close() {
    closed = true;
    return List.copyOf(open);
  }
}
