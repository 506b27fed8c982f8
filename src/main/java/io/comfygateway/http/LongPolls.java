package io.comfygateway.http;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The requests that wait for a job to end, or to leave the status behind that they have seen. A
 * waiting request holds no thread.
 */
public final class LongPolls {
  private final Map<UUID, List<Wait>> waiting = new ConcurrentHashMap<>();
  private final Over over;

  /** Whether a long poll on a job is over. */
  public interface Over {
    /**
     * @param seen the status that the job must have left behind; empty where it must have ended
     */
    boolean test(Job job, Optional<JobStatus> seen);

    /** The job as it is now; empty where it is no longer kept. */
    Optional<Job> find(UUID job);

    /** Those of the jobs that have ended. */
    Set<UUID> ended(Set<UUID> jobs);
  }

  private record Wait(LongPollLimit hold, Consumer<Optional<Job>> then) {
    Optional<JobStatus> seen() {
      return hold.seen();
    }
  }

  public LongPolls(Over over) {
    this.over = over;
  }

  /**
   * Calls {@code then}, perhaps more than once, when the wait is over, with the job as it is then,
   * where that is known. Call {@link #look} next: the job may have ended just before.
   */
  void add(LongPollLimit hold, Consumer<Optional<Job>> then) {
    waiting.compute(
        hold.job(),
        (id, list) -> {
          List<Wait> longer = list == null ? new CopyOnWriteArrayList<>() : list;
          longer.add(new Wait(hold, then));
          return longer;
        });
  }

  /** Calls {@code then} if the wait is over already. Queries the store. */
  public void look(LongPollLimit hold, Consumer<Optional<Job>> then) {
    Optional<Job> job = over.find(hold.job());
    if (job.map(now -> hold.enough().test(now) || over.test(now, hold.seen())).orElse(true)) {
      then.accept(job);
    }
  }

  void remove(LongPollLimit hold, Consumer<Optional<Job>> then) {
    waiting.computeIfPresent(
        hold.job(),
        (id, list) -> {
          list.removeIf(wait -> wait.then() == then);
          return list.isEmpty() ? null : list;
        });
  }

  /** A job has changed; it is now as given. */
  public void signal(Job job) {
    Map<Optional<JobStatus>, Boolean> answers = new HashMap<>();
    for (Wait wait : waiting.getOrDefault(job.id(), List.of())) {
      if (wait.hold().enough().test(job)
          || answers.computeIfAbsent(wait.seen(), seen -> over.test(job, seen))) {
        wait.then().accept(Optional.of(job));
      }
    }
  }

  /** Whether a request waits for a job to change its status, and not only to end. */
  public boolean forChange(UUID job) {
    return waiting.getOrDefault(job, List.of()).stream().anyMatch(wait -> wait.seen().isPresent());
  }

  /** A job has changed on another gateway. Queries the store if a request waits for it. */
  public void look(UUID job) {
    if (waiting.containsKey(job)) {
      over.find(job)
          .ifPresentOrElse(
              this::signal, () -> waiting.getOrDefault(job, List.of()).forEach(LongPolls::end));
    }
  }

  /** Looks for jobs that have ended without a signal. Queries the store. */
  public void lookForEnded() {
    over.ended(Set.copyOf(waiting.keySet())).forEach(this::look);
  }

  /** Any job may have changed. Queries the store. */
  public void look() {
    waiting.keySet().forEach(this::look);
  }

  private static void end(Wait wait) {
    wait.then().accept(Optional.empty());
  }

  /** Answers every waiting request with the state as it is: the gateway is stopping. */
  public void release() {
    waiting.values().forEach(list -> list.forEach(LongPolls::end));
  }

  /** How many requests wait. */
  public int count() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }
}
