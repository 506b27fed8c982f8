package io.comfygateway.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

/**
 * The prompts that wait, the one that runs, and the history of the last 10,000: all of it in
 * memory, as in the original. Every change is reported as the number of prompts that are not
 * finished.
 */
final class PromptQueue {
  private static final int HISTORY = 10_000;
  private static final Comparator<Prompt> BY_NUMBER =
      Comparator.comparingDouble(prompt -> prompt.number().doubleValue());

  private final IntConsumer onChange;
  private final List<Prompt> pending = new ArrayList<>();
  private final Map<String, ObjectNode> history = new LinkedHashMap<>();
  private Optional<Run> running = Optional.empty();
  private long number;
  private boolean closed;

  PromptQueue(IntConsumer onChange) {
    this.onChange = onChange;
  }

  /** The number of the next prompt; a refused submission uses one up too. */
  synchronized JsonNode nextNumber() {
    return LongNode.valueOf(number++);
  }

  synchronized void add(Prompt prompt) {
    int place = pending.size();
    while (place > 0 && BY_NUMBER.compare(pending.get(place - 1), prompt) > 0) {
      place--;
    }
    pending.add(place, prompt);
    changed();
    notifyAll();
  }

  /** Waits for a prompt to run; empty when the queue is closed. */
  synchronized Optional<Run> take() throws InterruptedException {
    while (pending.isEmpty() && !closed) {
      wait();
    }
    if (closed) {
      return Optional.empty();
    }
    running = Optional.of(new Run(pending.remove(0)));
    changed();
    return running;
  }

  /** Puts a finished run into the history, unless the server was restarted meanwhile. */
  synchronized void finish(Run run, ObjectNode entry) {
    if (run.isAbandoned()) {
      return;
    }
    running = Optional.empty();
    if (history.size() >= HISTORY) {
      Iterator<String> oldest = history.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    history.put(run.prompt().id(), entry);
    changed();
  }

  synchronized Optional<Run> running() {
    return running;
  }

  synchronized int waiting() {
    return pending.size();
  }

  synchronized int remaining() {
    return pending.size() + (running.isPresent() ? 1 : 0);
  }

  /** The answer to {@code GET /queue}. */
  synchronized ObjectNode snapshot() {
    ObjectNode snapshot = JsonNodeFactory.instance.objectNode();
    ArrayNode now = snapshot.putArray("queue_running");
    running.ifPresent(run -> now.add(run.prompt().toJson()));
    ArrayNode later = snapshot.putArray("queue_pending");
    pending.forEach(prompt -> later.add(prompt.toJson()));
    return snapshot;
  }

  /** Removes the first waiting prompt that has the id, if there is one. */
  synchronized void delete(String id) {
    for (int place = 0; place < pending.size(); place++) {
      if (pending.get(place).id().equals(id)) {
        pending.remove(place);
        changed();
        return;
      }
    }
  }

  synchronized void clear() {
    pending.clear();
    changed();
  }

  /** Stops the running prompt if it is one of those meant. */
  synchronized void interrupt(Predicate<Prompt> meant) {
    running
        .filter(run -> meant.test(run.prompt()))
        .ifPresent(run -> run.stop(Run.Stop.INTERRUPTED));
  }

  /** One entry of the history, or none. */
  synchronized ObjectNode historyOf(String id) {
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    if (history.containsKey(id)) {
      found.set(id, history.get(id));
    }
    return found;
  }

  /**
   * A page of the history, oldest first.
   *
   * @param max how many at most
   * @param offset how many to skip; below 0 means the last {@code max}
   */
  synchronized ObjectNode historyPage(OptionalInt max, int offset) {
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    int first = offset < 0 && max.isPresent() ? history.size() - max.getAsInt() : offset;
    history.entrySet().stream()
        .skip(Math.max(0, first))
        .limit(max.isPresent() ? Math.max(0, max.getAsInt()) : Long.MAX_VALUE)
        .forEach(entry -> page.set(entry.getKey(), entry.getValue()));
    return page;
  }

  synchronized void forget(String id) {
    history.remove(id);
  }

  synchronized void clearHistory() {
    history.clear();
  }

  /** Forgets everything, as the original does when its process ends. */
  synchronized void restart() {
    running.ifPresent(run -> run.stop(Run.Stop.ABANDONED));
    running = Optional.empty();
    pending.clear();
    history.clear();
    number = 0;
  }

  synchronized void close() {
    restart();
    closed = true;
    notifyAll();
  }

  private void changed() {
    onChange.accept(remaining());
  }
}
