package io.comfygateway.web;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The requests that wait for a job to end. A waiting request holds no thread. */
public final class Waits {
  private final Map<UUID, List<Runnable>> waiting = new ConcurrentHashMap<>();
  private final Predicate<UUID> over;

  /**
   * Makes an empty register.
   *
   * @param over whether nothing more is to be waited for with a job
   */
  public Waits(Predicate<UUID> over) {
    this.over = over;
  }

  /**
   * Has {@code then} called, perhaps more than once, from the moment on that the job is over. Asks
   * the store.
   */
  void add(UUID job, Runnable then) {
    waiting.computeIfAbsent(job, id -> new CopyOnWriteArrayList<>()).add(then);
    // Registered first, asked afterwards: an end between the two is seen by one of them.
    if (over.test(job)) {
      then.run();
    }
  }

  void remove(UUID job, Runnable then) {
    waiting.computeIfPresent(
        job,
        (id, list) -> {
          list.remove(then);
          return list.isEmpty() ? null : list;
        });
  }

  /** Something has happened to a job. */
  public void signal(UUID job) {
    List<Runnable> list = waiting.getOrDefault(job, List.of());
    if (!list.isEmpty() && over.test(job)) {
      list.forEach(Runnable::run);
    }
  }

  /** How many requests wait. */
  public int count() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }
}
