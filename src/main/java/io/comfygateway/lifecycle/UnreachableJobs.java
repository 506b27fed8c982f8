package io.comfygateway.lifecycle;

import io.comfygateway.job.AbandonedPrompts;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobLeases;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.RequirementsStore;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.ProgressBoard;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of jobs on servers that do not answer: a cancellation, a timeout and an expiry take
 * effect all the same, and after some time another server gets the job. What the server still has
 * is stopped when it is back.
 */
public final class UnreachableJobs {
  private static final Logger LOG = LoggerFactory.getLogger(UnreachableJobs.class);

  private final JobLeases leases;
  private final JobTransitions transitions;
  private final RequirementsStore requirements;
  private final AbandonedPrompts abandoned;
  private final Backends backends;
  private final Work work;
  private final JobOutcomes endings;
  private final Waits waits;
  private final InstantSource clock;
  private final Map<AbandonedPrompts.Abandoned, Instant> told = new ConcurrentHashMap<>();

  /** What this process knows of the prompts that it works on. */
  public record Work(RunningPrompts flights, ProgressBoard progress, InProgress inHand) {}

  /**
   * How long this gateway waits.
   *
   * @param giveUp for a server that does not answer; zero: for as long as it takes
   * @param betweenStops before it asks a server again to stop a prompt
   */
  public record Waits(Duration giveUp, Duration betweenStops) {}

  /** What is to happen to a job. */
  public enum What {
    CANCELLED,
    TIMEOUT,
    EXPIRED,
    MOVED
  }

  /** A job that is waited for no longer where it is. */
  public record Due(Job job, What what) {}

  /** Makes the steps. */
  public UnreachableJobs(
      JobLeases leases,
      JobTransitions transitions,
      RequirementsStore requirements,
      AbandonedPrompts abandoned,
      Backends backends,
      Work work,
      JobOutcomes endings,
      Waits waits,
      InstantSource clock) {
    this.leases = leases;
    this.transitions = transitions;
    this.requirements = requirements;
    this.abandoned = abandoned;
    this.backends = backends;
    this.work = work;
    this.endings = endings;
    this.waits = waits;
    this.clock = clock;
  }

  /** The jobs that are to be ended or moved now. */
  public List<Due> due() {
    List<Due> due = new ArrayList<>();
    if (backends.health().anyDown()) {
      for (Job job : leases.recoverable()) {
        Optional<Instant> since = backends.health().downSince(job.backend());
        if (since.isPresent() && !work.inHand().has(job.id())) {
          what(job, since.get()).ifPresent(what -> due.add(new Due(job, what)));
        }
      }
    }
    return due;
  }

  private Optional<What> what(Job job, Instant downSince) {
    Instant now = clock.instant();
    if (job.stage() == Stage.SUBMITTED) {
      Optional<Instant> started =
          job.times()
              .started()
              .or(() -> work.flights().find(job.id()).flatMap(RunningPrompt::started));
      if (job.cancelRequested()) {
        return Optional.of(What.CANCELLED);
      }
      if (started.isPresent() && isOver(started.get(), job.timeoutSeconds(), now)) {
        return Optional.of(What.TIMEOUT);
      }
      boolean waits = started.isEmpty() && job.status() == JobStatus.QUEUED;
      if (waits && job.times().expires().filter(at -> !now.isBefore(at)).isPresent()) {
        return Optional.of(What.EXPIRED);
      }
    }
    boolean givenUp = !waits.giveUp().isZero() && !now.isBefore(downSince.plus(waits.giveUp()));
    return givenUp
            && backends.placement().canRunElsewhere(job.backend(), List.of(), requirements.of(job))
        ? Optional.of(What.MOVED)
        : Optional.empty();
  }

  private static boolean isOver(Instant started, Optional<Integer> seconds, Instant now) {
    return seconds.filter(most -> now.isAfter(started.plusSeconds(most))).isPresent();
  }

  /** Ends or moves a job; sets {@code ended} where it has ended. */
  public void settle(Exchange exchange, @Body Due due) {
    Job job = due.job();
    exchange.setProperty("ended", false);
    if (job.stage() == Stage.SUBMITTED) {
      abandoned.add(job.backend(), job.id());
    }
    switch (due.what()) {
      case CANCELLED -> endings.cancelled(exchange, job);
      case TIMEOUT ->
          endings.fail(
              exchange,
              job,
              JobError.of(
                  "timeout",
                  "The prompt ran for longer than its timeout, and %s does not answer. It is stopped there when it does."
                      .formatted(job.backend())));
      case EXPIRED ->
          endings.fail(
              exchange,
              job,
              JobError.of(
                  "expired",
                  "The job waited on %s, which does not answer, for longer than its expires_in."
                      .formatted(job.backend())));
      case MOVED -> move(job);
    }
    work.flights().forget(job.id());
    work.progress().forget(job.id());
  }

  private void move(Job job) {
    transitions.note(
        job,
        transitions
            .afterFailedAttempt(
                job, "It did not answer for %d s.".formatted(waits.giveUp().toSeconds()))
            .withFailureOn(job.backend())
            .withWarnings(
                List.of(
                    Warning.of(
                        "server_unreachable",
                        "%s did not answer for %d s; another server gets the job."
                            .formatted(job.backend(), waits.giveUp().toSeconds())))));
    boolean moved =
        job.stage() == Stage.SUBMITTED
            ? transitions.requeue(job.id(), job.fence(), Duration.ZERO, job.place().attempts())
            : transitions.runAgain(job);
    if (moved) {
      LOG.warn("server given up, job moves job={} backend={}", job.id(), job.backend());
    }
  }

  /** The prompts to be stopped on servers that are back; each again only after a pause. */
  public List<AbandonedPrompts.Abandoned> toStop() {
    Instant now = clock.instant();
    told.values().removeIf(at -> now.isAfter(at.plus(waits.betweenStops())));
    return abandoned.toStop(backends.health().answering()).stream()
        .filter(prompt -> told.putIfAbsent(prompt, now) == null)
        .toList();
  }

  /** Sets {@code backend} and {@code promptToStop}; none where the server has left the pool. */
  public void takeToStop(Exchange exchange, @Body AbandonedPrompts.Abandoned prompt) {
    Optional<Backend> backend = backends.find(prompt.backend());
    exchange.setProperty("backend", backend.orElse(null));
    exchange.setProperty("promptToStop", prompt.job());
    exchange.setProperty("abandoned", prompt);
  }

  /** The server was told to stop it. */
  public void stopped(Exchange exchange) {
    AbandonedPrompts.Abandoned prompt =
        exchange.getProperty("abandoned", AbandonedPrompts.Abandoned.class);
    abandoned.stopped(prompt);
    LOG.info("abandoned prompt stopped job={} backend={}", prompt.job(), prompt.backend());
  }
}
