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

  /** Whether nothing more is to be waited for with a job. */
  public interface Over {
    /**
     * @param seen the status that the job must have left behind; empty where it must have ended
     */
    boolean test(Job job, Optional<JobStatus> seen);

    /** The job as it is now; empty where it is not kept any more. */
    Optional<Job> find(UUID job);

    /** Those of the jobs that have ended. */
    Set<UUID> ended(Set<UUID> jobs);
  }

  private record Wait(Optional<JobStatus> seen, Consumer<Optional<Job>> then) {}

  public LongPolls(Over over) {
    this.over = over;
  }

  /**
   * Has {@code then} called, perhaps more than once, when something happens after which the wait is
   * over, with the job as it is then where that is known. Who has added asks {@link #look} next: it
   * may have happened just before.
   */
  void add(LongPollLimit hold, Consumer<Optional<Job>> then) {
    waiting.compute(
        hold.job(),
        (id, list) -> {
          List<Wait> longer = list == null ? new CopyOnWriteArrayList<>() : list;
          longer.add(new Wait(hold.seen(), then));
          return longer;
        });
  }

  /** Calls {@code then} where the wait is over already. Asks the store. */
  public void look(LongPollLimit hold, Consumer<Optional<Job>> then) {
    Optional<Job> job = over.find(hold.job());
    if (job.map(now -> over.test(now, hold.seen())).orElse(true)) {
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

  /** Something has happened to a job, which is now as it is given. */
  public void signal(Job job) {
    Map<Optional<JobStatus>, Boolean> answers = new HashMap<>();
    for (Wait wait : waiting.getOrDefault(job.id(), List.of())) {
      if (answers.computeIfAbsent(wait.seen(), seen -> over.test(job, seen))) {
        wait.then().accept(Optional.of(job));
      }
    }
  }

  /**
   * Whether somebody waits for a job to leave the status behind that it has, and not only to end.
   */
  public boolean forChange(UUID job) {
    return waiting.getOrDefault(job, List.of()).stream().anyMatch(wait -> wait.seen().isPresent());
  }

  /** Something has happened to a job on another gateway. Asks the store where somebody waits. */
  public void look(UUID job) {
    if (waiting.containsKey(job)) {
      over.find(job)
          .ifPresentOrElse(
              this::signal, () -> waiting.getOrDefault(job, List.of()).forEach(LongPolls::end));
    }
  }

  /** Looks whether jobs have ended whose end nobody told of. Asks the store. */
  public void lookForEnded() {
    over.ended(Set.copyOf(waiting.keySet())).forEach(this::look);
  }

  /** Something may have happened to any job. Asks the store. */
  public void look() {
    waiting.keySet().forEach(this::look);
  }

  private static void end(Wait wait) {
    wait.then().accept(Optional.empty());
  }

  /** Answers every request that waits with what there is: the gateway stops. */
  public void release() {
    waiting.values().forEach(list -> list.forEach(LongPolls::end));
  }

  /** How many requests wait. */
  public int count() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }
}
