package io.comfygateway.lifecycle;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.RequirementsStore;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.pool.Submissions;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.prompt.RequestRejectedException;
import io.comfygateway.retry.RetryAfter;
import io.comfygateway.retry.RetryDelays;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a job whose prompt a server did not take although it answers the probe: each try
 * counts as an attempt, other jobs go on meanwhile, and after some attempts the job fails.
 */
public final class Rejections {
  private static final Logger LOG = LoggerFactory.getLogger(Rejections.class);
  private static final String TYPE = "backend_error";

  private final JobTransitions transitions;
  private final RequirementsStore requirements;
  private final Backends backends;
  private final Submissions submissions;
  private final ProgressBoard progress;
  private final JobOutcomes endings;
  private final Rules rules;
  private final InstantSource clock;

  /**
   * When a prompt that a server did not take is sent again.
   *
   * @param attempts how often it is sent in all
   * @param delays before each further attempt, if the server does not say; the last one is repeated
   * @param longestRetryAfter the longest {@code Retry-After} that counts as it is
   */
  public record Rules(int attempts, RetryDelays delays, Duration longestRetryAfter) {}

  /** Makes the steps. */
  public Rejections(
      JobTransitions transitions,
      RequirementsStore requirements,
      Backends backends,
      RunningPrompts flights,
      ProgressBoard progress,
      JobOutcomes endings,
      Rules rules,
      InstantSource clock) {
    this.transitions = transitions;
    this.requirements = requirements;
    this.backends = backends;
    this.submissions = flights.submissions();
    this.progress = progress;
    this.endings = endings;
    this.rules = rules;
    this.clock = clock;
  }

  /** Keeps what was rejected: sets {@code rejection}. */
  public void note(Exchange exchange, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    exchange.setProperty(
        "rejection", ObjectHelper.getException(RequestRejectedException.class, why));
  }

  /** Gives a rejected job back after a pause, or ends it where it was the last attempt. */
  public void count(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("backend") Backend backend,
      @ExchangeProperty("rejection") RequestRejectedException rejection) {
    tryElsewhere(exchange, job, backend, rejection.getMessage(), pause(job, rejection));
  }

  private Duration pause(Job job, RequestRejectedException rejection) {
    RetryDelays delays = rules.delays();
    int made = Math.max(1, job.place().attempts());
    return RetryAfter.parse(rejection.retryAfter(), clock.instant(), rules.longestRetryAfter())
        .orElse(delays.get(Math.min(made, delays.size()) - 1));
  }

  private void tryElsewhere(
      Exchange exchange, Job job, Backend backend, String why, Duration pause) {
    progress.forget(job.id());
    if (job.place().attempts() >= rules.attempts()) {
      endings.fail(exchange, job, failure(job, backend, why));
      return;
    }
    transitions.note(
        job,
        transitions
            .afterFailedAttempt(job, "It did not take the prompt: " + why + ".")
            .withFailureOn(backend.name())
            .withWarnings(
                List.of(
                    Warning.of(
                        "prompt_rejected",
                        backend.name() + " did not take the prompt: " + why + ". Tried again."))));
    transitions.requeue(job.id(), job.fence(), pause, job.place().attempts());
    LOG.warn(
        "rejected, tried again job={} backend={} attempt={} pause_s={} reason={}",
        job.id(),
        backend.name(),
        job.place().attempts(),
        pause.toSeconds(),
        why);
    endings.cancelledWaiting(exchange, job);
  }

  private JobError failure(Job job, Backend backend, String why) {
    return JobError.of(
        TYPE,
        "%s did not take the prompt in attempt %d of %d: %s."
            .formatted(backend.name(), job.place().attempts(), rules.attempts(), why));
  }

  /**
   * The server queued the prompt under an id of its own: another server gets it, or the job fails.
   */
  public void foreignId(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("backend") Backend backend) {
    String why =
        "its ComfyUI is older than 0.3.45 and gives prompts ids of its own, so that their results"
            + " cannot be found; update it";
    if (backends
        .placement()
        .canRunElsewhere(backend.name(), job.facts().failedOn(), requirements.of(job))) {
      tryElsewhere(exchange, job, backend, why, Duration.ZERO);
    } else {
      progress.forget(job.id());
      endings.fail(exchange, job, failure(job, backend, why));
    }
  }

  /**
   * A prompt that may have been sent is about to be looked up. Counts that before it is done, so
   * that a server whose answers end the process does not do so forever, or ends the job: sets
   * {@code ended} then, and {@code job}. {@link OrphanRecovery#survived} takes the count back.
   */
  public void lookUp(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("backend") Backend backend) {
    exchange.setProperty("ended", false);
    int before = job.facts().lookUps();
    if (before >= rules.attempts()) {
      String why =
          "The gateway ended %d times in a row while it read what %s answers about the prompt."
              .formatted(before, backend.name());
      endings.fail(exchange, job, JobError.of(TYPE, why));
      return;
    }
    JobFacts counted = job.facts().withLookUps(before + 1);
    transitions.note(job, counted);
    exchange.setProperty("job", job.withFacts(counted));
  }

  /**
   * A prompt that may have been sent is not on its server. Counts the next attempt before it is
   * made, or ends the job: sets {@code ended} then, and {@code job}.
   */
  public void again(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("backend") Backend backend) {
    exchange.setProperty("ended", false);
    if (job.cancelRequested()) {
      endings.cancelled(exchange, job);
    } else if (!submissions.isUnsent(job.id())) {
      if (job.place().attempts() >= rules.attempts()) {
        String why =
            submissions
                .whyUnclear(job.id())
                .orElse("the gateway ended each time before the server had answered");
        endings.fail(exchange, job, failure(job, backend, why));
      } else {
        Optional<Job> counted = transitions.attempt(job);
        exchange.setProperty("job", counted.orElse(job));
        LOG.warn(
            "not found there, sent again job={} backend={} attempt={}",
            job.id(),
            backend.name(),
            counted.orElse(job).place().attempts());
      }
    }
  }
}
