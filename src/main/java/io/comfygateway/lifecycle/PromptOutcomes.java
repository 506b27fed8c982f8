package io.comfygateway.lifecycle;

import io.comfygateway.job.Job;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.prompt.PromptResult;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a prompt ended on its backend without outputs, and what that means for its job. The steps set
 * the same properties as those of {@link JobOutcomes}; none if a later holder has the job.
 */
public final class PromptOutcomes {
  private static final Logger LOG = LoggerFactory.getLogger(PromptOutcomes.class);
  private final JobQueries queries;
  private final JobTransitions transitions;
  private final JobOutcomes outcomes;
  private final RunningPrompts prompts;
  private final ProgressBoard progress;
  private final int attempts;

  /**
   * Makes the steps.
   *
   * @param attempts how often a prompt is sent in all if its backend loses it
   */
  public PromptOutcomes(
      JobQueries queries,
      JobTransitions transitions,
      JobOutcomes outcomes,
      RunningPrompts prompts,
      ProgressBoard progress,
      int attempts) {
    this.queries = queries;
    this.transitions = transitions;
    this.outcomes = outcomes;
    this.prompts = prompts;
    this.progress = progress;
    this.attempts = attempts;
  }

  /** A node raised an exception. */
  public void failed(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt flight,
      @ExchangeProperty("result") PromptResult.Failed failed) {
    JobError error =
        new JobError(
            "execution_error",
            failed.message(),
            failed.node(),
            failed.nodeType(),
            failed.exceptionType(),
            Optional.empty(),
            Optional.empty());
    landed(exchange, flight).ifPresent(job -> outcomes.fail(exchange, job, error));
  }

  /** The prompt was interrupted: by us, for a reason that is noted, or by someone else. */
  public void interrupted(
      Exchange exchange, @ExchangeProperty("runningPrompt") RunningPrompt flight) {
    landed(exchange, flight)
        .ifPresent(
            job -> {
              if (job.cancelRequested()) {
                outcomes.cancelled(exchange, job);
              } else if (flight.stopping().isPresent()) {
                outcomes.fail(
                    exchange,
                    job,
                    JobError.of(
                        "timeout", "The prompt ran for longer than its timeout and was stopped."));
              } else {
                outcomes.fail(
                    exchange,
                    job,
                    JobError.of("interrupted", "Somebody interrupted the prompt on its ComfyUI."));
              }
            });
  }

  /**
   * The backend does not know the prompt any more: it was cancelled while it waited there, or has
   * to be sent again.
   */
  public void lost(Exchange exchange, @ExchangeProperty("runningPrompt") RunningPrompt flight) {
    landed(exchange, flight)
        .ifPresent(
            job -> {
              if (job.cancelRequested()) {
                outcomes.cancelled(exchange, job);
              } else if (job.place().attempts() >= attempts) {
                outcomes.fail(
                    exchange,
                    job,
                    JobError.of(
                        "lost",
                        "ComfyUI lost the prompt "
                            + attempts
                            + " times, as it does when it is restarted. Retry when it is stable."));
              } else {
                LOG.warn(
                    "prompt lost, tried again job={} backend={} attempt={}",
                    job.id(),
                    flight.backend(),
                    job.place().attempts());
                transitions.note(
                    job,
                    transitions.afterFailedAttempt(
                        job, "It lost the prompt, as ComfyUI does when it is restarted."));
                transitions.requeue(job.id(), job.fence(), Duration.ZERO, job.place().attempts());
              }
            });
  }

  private Optional<Job> landed(Exchange exchange, RunningPrompt flight) {
    prompts.forget(flight.job());
    progress.forget(flight.job());
    Optional<Job> job =
        queries
            .find(flight.job())
            .filter(found -> found.fence() == flight.fence() && found.stage() == Stage.SUBMITTED);
    job.ifPresent(found -> exchange.setProperty("job", found));
    return job;
  }
}
