package io.comfygateway.comfyapi;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Runs the tasks of one caller one after the other, in their order, and those of several callers in
 * turn: a caller with many tasks holds up only itself.
 */
final class CallerTurns {
  private final Consumer<Runnable> threads;

  // Each caller with a task on the threads, and what follows that task.
  private final Map<String, Queue<Runnable>> next = new HashMap<>();

  /**
   * @param threads runs tasks in the order in which it gets them
   */
  CallerTurns(Consumer<Runnable> threads) {
    this.threads = threads;
  }

  /** Runs a task of a caller when it is the caller's turn. */
  void run(String caller, Runnable task) {
    synchronized (next) {
      Queue<Runnable> others = next.get(caller);
      if (others != null) {
        others.add(task);
        return;
      }
      next.put(caller, new ArrayDeque<>());
    }
    threads.accept(() -> take(caller, task));
  }

  private void take(String caller, Runnable task) {
    try {
      task.run();
    } finally {
      goOn(caller);
    }
  }

  private void goOn(String caller) {
    following(caller).ifPresent(task -> threads.accept(() -> take(caller, task)));
  }

  private Optional<Runnable> following(String caller) {
    synchronized (next) {
      Optional<Runnable> following =
          Optional.ofNullable(next.getOrDefault(caller, new ArrayDeque<>()).poll());
      if (following.isEmpty()) {
        next.remove(caller);
      }
      return following;
    }
  }
}
