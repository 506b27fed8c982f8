package io.comfygateway.backend;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.workflow.ObjectInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ComfyUI servers, and what is known of each: whether it answers, and which node classes it
 * has.
 */
public final class Backends {
  private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
  private static final String NOT_ASKED = "not asked yet";
  private final Map<String, Backend> byName = new LinkedHashMap<>();
  private final Map<String, State> states = new ConcurrentHashMap<>();
  private volatile Optional<ObjectInfo> nodeClasses = Optional.empty();

  /**
   * What is known of one server.
   *
   * @param up whether it answered the last time
   * @param reason why not, where it did not
   */
  public record State(boolean up, String reason, Optional<ObjectNode> objectInfo) {

    /** Whether it was asked at all. */
    public boolean isKnown() {
      return up || !NOT_ASKED.equals(reason);
    }
  }

  public Backends(List<Backend> backends) {
    backends.forEach(backend -> byName.put(backend.name(), backend));
    backends.forEach(
        backend -> states.put(backend.name(), new State(false, NOT_ASKED, Optional.empty())));
  }

  public List<Backend> all() {
    return List.copyOf(byName.values());
  }

  /** The server of a name; empty where it is no longer configured. */
  public Optional<Backend> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Whether a server is configured and answered the last time. */
  public boolean isUp(String name) {
    return states.containsKey(name) && states.get(name).up();
  }

  public State state(String name) {
    return states.get(name);
  }

  /** How many prompts each server that answers takes at a time. */
  public Map<String, Integer> rooms() {
    Map<String, Integer> rooms = new LinkedHashMap<>();
    for (Backend backend : byName.values()) {
      if (states.get(backend.name()).up()) {
        rooms.put(backend.name(), backend.window());
      }
    }
    return rooms;
  }

  /** Notes that a server answered. */
  public void up(String name) {
    State before = states.get(name);
    if (before != null && !before.up()) {
      states.put(name, new State(true, "", before.objectInfo()));
      LOG.info("backend is up backend={}", name);
    }
  }

  /** Notes that a server did not answer: it is given nothing until it does. */
  public void down(String name, String reason) {
    State before = states.get(name);
    if (before == null) {
      return;
    }
    if (before.up() || !before.isKnown()) {
      LOG.warn("backend is down backend={} reason={}", name, reason);
    }
    // It may come back with other nodes installed, so what it said of them is asked for again.
    states.put(name, new State(false, reason, Optional.empty()));
  }

  /** Whether a server's node classes are not known yet. */
  public boolean lacksObjectInfo(String name) {
    return states.get(name).objectInfo().isEmpty();
  }

  /** Notes a server's answer to {@code GET /object_info}. */
  public void objectInfo(String name, ObjectNode answer) {
    states.computeIfPresent(
        name, (key, state) -> new State(state.up(), state.reason(), Optional.of(answer)));
    ObjectNode union = JsonNodeFactory.instance.objectNode();
    states.values().forEach(state -> state.objectInfo().ifPresent(union::setAll));
    nodeClasses = Optional.of(new ObjectInfo(union));
  }

  /** The node classes of all servers together; empty where no server has said yet. */
  public Optional<ObjectInfo> nodeClasses() {
    return nodeClasses;
  }
}
