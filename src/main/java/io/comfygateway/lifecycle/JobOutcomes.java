package io.comfygateway.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.custom.CustomResult;
import io.comfygateway.database.Commits;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobDocument;
import io.comfygateway.job.JobError;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobStatus;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.Stage;
import io.comfygateway.output.Output;
import io.comfygateway.output.OutputMissingException;
import io.comfygateway.output.OutputRefusedException;
import io.comfygateway.pool.Dispatcher;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.InputUnusableException;
import io.comfygateway.prompt.ProgressBoard;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways in which a job ends. Each sets {@code job} to the job as it is now, {@code ended} where
 * it has ended here, and {@code isDelivered} if a delivery of its end is due. The commit may not be
 * on the disk yet ({@link Commits#withoutFlush}).
 */
public final class JobOutcomes {
  private static final Logger LOG = LoggerFactory.getLogger(JobOutcomes.class);
  private final JobQueries queries;
  private final JobTransitions transitions;
  private final JobCompletion completion;
  private final CustomResult customResult;
  private final Commits commits;
  private final RunningPrompts flights;
  private final ProgressBoard progress;
  private final ObjectMapper json;

  public JobOutcomes(
      JobQueries queries,
      JobTransitions transitions,
      JobCompletion completion,
      CustomResult customResult,
      Commits commits,
      RunningPrompts flights,
      ProgressBoard progress,
      ObjectMapper json) {
    this.queries = queries;
    this.transitions = transitions;
    this.completion = completion;
    this.customResult = customResult;
    this.commits = commits;
    this.flights = flights;
    this.progress = progress;
    this.json = json;
  }

  /** It waited for longer than {@code expires_in}. */
  public void expired(Exchange exchange, @ExchangeProperty("job") Job job) {
    fail(
        exchange,
        job,
        JobError.of("expired", "The job waited in the queue for longer than its expires_in."));
  }

  /** No backend has what it needs. */
  public void unrunnable(Exchange exchange, @Body Dispatcher.Unrunnable found) {
    fail(exchange, found.job(), JobError.of("no_backend", found.why()));
  }

  /** ComfyUI refused the prompt. */
  public void refused(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("document") JobDocument document,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer) {
    JsonNode body;
    try {
      body = json.readTree(answer);
    } catch (IOException notJson) {
      body = json.createObjectNode();
    }
    fail(exchange, job, new RefusedPrompt(status, body, document.prompt()).error());
  }

  /** A file input cannot be used. */
  public void inputFailed(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    // A split over the files has it in an exception of its own.
    InputUnusableException told = ObjectHelper.getException(InputUnusableException.class, why);
    fail(exchange, job, JobError.of(told.type(), told.getMessage()));
  }

  /** ComfyUI does not have a file that its history names. */
  public void outputMissing(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    OutputMissingException missing = ObjectHelper.getException(OutputMissingException.class, why);
    fail(exchange, job, JobError.ofNode("output_missing", missing.getMessage(), missing.node()));
  }

  /** A route of the operator's own refused an output. */
  public void outputRefused(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    OutputRefusedException refused = ObjectHelper.getException(OutputRefusedException.class, why);
    fail(exchange, job, JobError.ofNode("output_refused", refused.getMessage(), refused.node()));
  }

  /** Every output is stored, or left out with a warning. */
  public void succeeded(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("stored") List<Output> stored,
      @ExchangeProperty("facts") JobFacts facts,
      @ExchangeProperty("leftOut") List<Warning> leftOut) {
    end(exchange, job, JobStatus.SUCCEEDED, stored, facts.withWarnings(leftOut), "succeeded");
  }

  /** A step failed again and again, for a reason that does not go away. */
  public void hopeless(Exchange exchange, @Body OrphanRecovery.Orphan orphan) {
    flights.forget(orphan.id());
    queries
        .find(orphan.id())
        .ifPresent(job -> fail(exchange, job, JobError.of("gateway_error", orphan.lastFailure())));
  }

  /**
   * The caller cancels: what waits, or only has its outputs fetched, ends at once; what a backend
   * has is to be stopped there.
   *
   * @throws Problem where it has ended
   */
  public void cancel(Exchange exchange, @ExchangeProperty("job") Job job) {
    if (job.status() == JobStatus.CANCELLED) {
      return;
    }
    if (job.status().isFinished() || !transitions.requestCancel(job.id())) {
      throw new Problem(
          ProblemType.JOB_FINISHED,
          "The job has " + job.status().word() + " already; there is nothing to cancel.");
    }
    if (job.stage().isWaiting() || job.stage() == Stage.COLLECTING) {
      cancelled(exchange, job);
    }
  }

  /** Ends a job that waits again although its caller cancelled it while it was being sent. */
  public void cancelledWaiting(Exchange exchange, @ExchangeProperty("job") Job job) {
    exchange.setProperty("ended", false);
    queries
        .find(job.id())
        .filter(now -> now.stage().isWaiting() && now.cancelRequested())
        .ifPresent(now -> cancelled(exchange, now));
  }

  void cancelled(Exchange exchange, Job job) {
    end(exchange, job, JobStatus.CANCELLED, List.of(), job.facts(), "cancelled");
  }

  void fail(Exchange exchange, Job job, JobError why) {
    JobFacts facts = job.facts().withError(why);
    end(exchange, job, JobStatus.FAILED, List.of(), facts, "failed type=" + why.type());
  }

  // Who hears of it first are held requests, and an answer waits for the disk itself.
  private void end(
      Exchange exchange,
      Job job,
      JobStatus status,
      List<Output> stored,
      JobFacts facts,
      String how) {
    UUID id = job.id();
    JobFacts last = customResult.of(job, status, stored, facts);
    Optional<JobCompletion.Ended> ended =
        commits.withoutFlush(() -> completion.end(job, status, stored, last));
    exchange.setProperty("ended", ended.isPresent());
    exchange.setProperty("isDelivered", ended.filter(JobCompletion.Ended::isDelivered).isPresent());
    progress.forget(id);
    if (ended.isPresent()) {
      exchange.setProperty("job", ended.get().job());
      LOG.info(
          "{} job={} backend={} attempts={}",
          how,
          id,
          job.place().backend().orElse("none"),
          job.place().attempts());
    } else {
      LOG.warn("skipped, job owned by another gateway job={} would_have={}", id, how);
    }
  }
}
