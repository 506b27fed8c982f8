package io.comfygateway.pool;

import io.comfygateway.job.Job;
import io.comfygateway.job.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The prompts that this process knows to be on a backend. It holds only knowledge: what is in the
 * store as given to a backend but not here was perhaps never sent, and is looked up there before
 * anything is sent.
 */
public final class RunningPrompts {
  private static final Duration BETWEEN_STOPS = Duration.ofSeconds(3);
  private final Map<UUID, RunningPrompt> flights = new ConcurrentHashMap<>();
  private final Submissions submissions = new Submissions();
  private final InstantSource clock;
  private final InstantSource pauses;

  public RunningPrompts(InstantSource clock) {
    this.clock = clock;
    this.pauses = new SteadyClock(clock);
  }

  /** The prompts that are on their way there. */
  public Submissions submissions() {
    return submissions;
  }

  /** Notes that a prompt has arrived. */
  public void arrived(Job job, Optional<Instant> started, boolean tellsRunning) {
    submissions.forget(job.id());
    flights.put(
        job.id(),
        new RunningPrompt(job, clock.instant(), started, Optional.empty(), tellsRunning, false));
  }

  public List<RunningPrompt> all() {
    return List.copyOf(flights.values());
  }

  /** How many prompts are on each backend that has any, by its name. */
  Map<String, Integer> byBackend() {
    Map<String, Integer> counts = new HashMap<>();
    flights.values().forEach(flight -> counts.merge(flight.backend(), 1, Integer::sum));
    return counts;
  }

  public Optional<RunningPrompt> find(UUID job) {
    return Optional.ofNullable(flights.get(job));
  }

  public boolean has(UUID job) {
    return flights.containsKey(job);
  }

  /** Notes that a prompt runs; true the first time. */
  public boolean started(UUID job) {
    RunningPrompt before = flights.get(job);
    if (before == null || before.started().isPresent()) {
      return false;
    }
    return flights.replace(job, before, before.startedAt(clock.instant()));
  }

  /**
   * Whether it is still to be told that a prompt runs. It is, until that is committed: who only
   * began to tell it may come too late, when the prompt has ended meanwhile.
   */
  public boolean isToBeTold(UUID job) {
    return find(job).filter(flight -> !flight.told()).isPresent();
  }

  /** Notes what a job tells from now on. */
  public void noted(Job job) {
    flights.computeIfPresent(job.id(), (id, flight) -> flight.givenAs(job));
  }

  /** Notes that it is committed that a prompt runs. */
  public void told(UUID job) {
    flights.computeIfPresent(job, (id, flight) -> flight.asTold());
  }

  /**
   * Notes that a prompt is to be stopped; true where its backend is to be told now. It is told
   * again after a pause, for as long as the prompt is there: what was said may have been lost.
   */
  public boolean stopping(UUID job, String why) {
    RunningPrompt before = flights.get(job);
    Instant now = pauses.instant();
    return before != null
        && before.stopping().filter(stop -> stop.tried().plus(BETWEEN_STOPS).isAfter(now)).isEmpty()
        && flights.replace(
            job,
            before,
            before.stoppingFor(
                new RunningPrompt.Stop(
                    before.stopping().map(RunningPrompt.Stop::why).orElse(why), now)));
  }

  /** Whether the time that a prompt may run is over. */
  public boolean overdue(RunningPrompt flight) {
    return flight.isOverdue(clock.instant());
  }

  /**
   * Forgets what has gone into other hands: after a long stall, another gateway watches these
   * prompts.
   *
   * @param held the fencing numbers of the jobs in work, by id
   * @param asOf when they were read; what has arrived since then is left alone
   */
  public void keepOnly(Map<UUID, Long> held, Instant asOf) {
    submissions.keepOnly(held.keySet());
    flights
        .values()
        .removeIf(
            flight ->
                flight.since().isBefore(asOf)
                    && !Long.valueOf(flight.fence()).equals(held.get(flight.job())));
  }

  /** Forgets what is on a backend, since that is gone. */
  void forgetOn(String backend) {
    flights.values().removeIf(flight -> flight.backend().equals(backend));
  }

  /** Forgets a prompt: it ended, or it is no longer known where it is. */
  public void forget(UUID job) {
    flights.remove(job);
  }
}
