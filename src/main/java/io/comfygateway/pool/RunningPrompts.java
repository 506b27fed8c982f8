package io.comfygateway.pool;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.job.Job;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The prompts that this process knows to be on a server. A job that the database has with a server,
 * but whose prompt is not here, may never have been sent: it is looked up before it is sent again.
 */
public final class RunningPrompts {
  private final Map<UUID, RunningPrompt> byJob = new ConcurrentHashMap<>();
  private final Submissions submissions = new Submissions();
  private final InstantSource clock;
  private final InstantSource pauses;
  private final Duration betweenStops;

  /**
   * Makes it, with no prompts yet.
   *
   * @param betweenStops how long a request to stop a prompt is not repeated
   */
  public RunningPrompts(Duration betweenStops, InstantSource clock) {
    this.betweenStops = betweenStops;
    this.clock = clock;
    this.pauses = new SteadyClock(clock);
  }

  /** The prompts that are being sent, or may have been. */
  public Submissions submissions() {
    return submissions;
  }

  /**
   * Records that a server has a prompt.
   *
   * @param started when it began to run, where that is known
   * @param reportsRunning whether its caller wants to be notified when it runs
   */
  public void arrived(Job job, Optional<Instant> started, boolean reportsRunning) {
    byJob.put(
        job.id(),
        new RunningPrompt(job, clock.instant(), started, Optional.empty(), reportsRunning, false));
    submissions.forget(job.id());
  }

  public List<RunningPrompt> all() {
    return List.copyOf(byJob.values());
  }

  /** How many prompts are on each backend that has any, by its name. */
  Map<String, Integer> byBackend() {
    Map<String, Integer> counts = new HashMap<>();
    byJob.values().forEach(prompt -> counts.merge(prompt.backend(), 1, Integer::sum));
    return counts;
  }

  public Optional<RunningPrompt> find(UUID job) {
    return Optional.ofNullable(byJob.get(job));
  }

  public boolean has(UUID job) {
    return byJob.containsKey(job);
  }

  /**
   * Whether a server has a prompt, or may have: a server runs it, and sends pictures, before its
   * answer has been read.
   */
  public boolean mayHave(UUID job) {
    return submissions.isSending(job) || has(job);
  }

  /** Records that a prompt runs; true the first time. */
  public boolean started(UUID job) {
    RunningPrompt before = byJob.get(job);
    if (before == null || before.started().isPresent()) {
      return false;
    }
    return byJob.replace(job, before, before.startedAt(clock.instant()));
  }

  /**
   * Whether it has not been committed yet that a prompt runs. A report that has only begun does not
   * count: the prompt may end before it is committed.
   */
  public boolean isUnreported(UUID job) {
    return find(job).filter(prompt -> !prompt.reported()).isPresent();
  }

  /** Replaces what is known of a job whose prompt is on a server. */
  public void update(Job job) {
    byJob.computeIfPresent(job.id(), (id, prompt) -> prompt.with(job));
  }

  /** Records that it is committed that a prompt runs. */
  public void reported(UUID job) {
    byJob.computeIfPresent(job, (id, prompt) -> prompt.asReported());
  }

  /**
   * Records that a prompt is to be stopped. The request to stop it may be lost, so it is repeated
   * after a pause for as long as the server has the prompt.
   *
   * @return whether the request is due now
   */
  public boolean requestStop(UUID job, String why) {
    RunningPrompt before = byJob.get(job);
    Instant now = pauses.instant();
    return before != null
        && before
            .stopping()
            .filter(stop -> stop.requested().plus(betweenStops).isAfter(now))
            .isEmpty()
        && byJob.replace(
            job,
            before,
            before.stoppingFor(
                new RunningPrompt.Stop(
                    before.stopping().map(RunningPrompt.Stop::why).orElse(why), now)));
  }

  /** Whether a prompt has run for longer than its timeout. */
  public boolean isOverdue(RunningPrompt prompt) {
    return prompt.isOverdue(clock.instant());
  }

  /**
   * Forgets the prompts of jobs that other gateways have taken over while this one stalled.
   *
   * @param held the fencing numbers of this gateway's jobs, by id
   * @param asOf a moment before they were read; prompts that arrived later stay
   * @param known {@link Submissions#known} of a moment before they were read; what was claimed
   *     later stays
   */
  public void keepOnly(Map<UUID, Long> held, Instant asOf, Set<UUID> known) {
    submissions.forgetAll(
        known.stream().filter(job -> !held.containsKey(job)).collect(Collectors.toSet()));
    byJob
        .values()
        .removeIf(
            prompt ->
                prompt.since().isBefore(asOf)
                    && !Long.valueOf(prompt.fence()).equals(held.get(prompt.job())));
  }

  /** Forgets the prompts on a server that has left the pool. */
  void forgetOn(String backend) {
    byJob.values().removeIf(prompt -> prompt.backend().equals(backend));
  }

  /** Forgets a prompt that has ended, or of which it is no longer known where it is. */
  public void forget(UUID job) {
    byJob.remove(job);
  }
}
