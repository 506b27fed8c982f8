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
   * Has {@code then} called, perhaps more than once, when something happens after which the job is
   * over. Who has added asks {@link #look} next: the job may have ended just before.
   */
  void add(UUID job, Runnable then) {
    waiting.compute(
        job,
        (id, list) -> {
          List<Runnable> longer = list == null ? new CopyOnWriteArrayList<>() : list;
          longer.add(then);
          return longer;
        });
  }

  /** Calls {@code then} where the job is over already. Asks the store. */
  void look(UUID job, Runnable then) {
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

  /** Answers every request that waits with what there is: the gateway stops. */
  public void release() {
    waiting.values().forEach(list -> list.forEach(Runnable::run));
  }

  /** How many requests wait. */
  public int count() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }
}
