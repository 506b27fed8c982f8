package io.comfygateway.prompt;

import io.comfygateway.database.Commits;
import io.comfygateway.job.Claim;
import io.comfygateway.job.JobLeases;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.pool.BackendHealth;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;

/** Watches prompts on servers until the history says how they ended. */
public final class PromptWatch {
  private final JobLeases leases;
  private final JobTransitions transitions;
  private final Commits commits;
  private final Backends backends;
  private final RunningPrompts running;
  private final PromptTracker tracker;
  private final InstantSource clock;

  public PromptWatch(
      JobLeases leases,
      JobTransitions transitions,
      Commits commits,
      Backends backends,
      RunningPrompts running,
      PromptTracker tracker,
      InstantSource clock) {
    this.leases = leases;
    this.transitions = transitions;
    this.commits = commits;
    this.backends = backends;
    this.running = running;
    this.tracker = tracker;
    this.clock = clock;
  }

  /**
   * The ids of the prompts whose history is to be read on the clock's round. Those on servers that
   * do not answer are left out: they would hold up all others.
   */
  public List<UUID> toPoll() {
    BackendHealth health = backends.health();
    return tracker.idle().stream()
        .filter(prompt -> health.isUp(prompt.backend()) && !health.isSilent(prompt.backend()))
        .map(RunningPrompt::job)
        .toList();
  }

  /**
   * Takes a prompt, whose history is then read: sets {@code runningPrompt}, {@code backend} and
   * {@code thorough}. Sets no {@code runningPrompt} where another exchange has the prompt.
   */
  public void take(Exchange exchange, @Body UUID id) {
    exchange.setProperty(
        "thorough", exchange.getMessage().getHeader("thorough", false, Boolean.class));
    tracker
        .takeToRead(id, exchange)
        .ifPresent(prompt -> PromptCancellation.set(exchange, prompt, backends));
  }

  /**
   * Releases a prompt that has not ended. Sets {@code endedMeanwhile} where the WebSocket reported
   * the end after the history was read.
   */
  public void release(Exchange exchange, @ExchangeProperty("runningPrompt") RunningPrompt prompt) {
    exchange.setProperty("endedMeanwhile", tracker.release(prompt.job(), exchange));
  }

  /**
   * Reads {@code GET /history/{id}}: sets {@code result} and {@code outcome}.
   *
   * @throws IOException where the answer is not ComfyUI's
   */
  public void readHistory(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt prompt,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    PromptResult result = ComfyAnswer.history(prompt.job(), status, answer);
    exchange.setProperty("result", result);
    exchange.setProperty("outcome", outcome(result));
    backends.health().up(prompt.backend());
  }

  private static String outcome(PromptResult result) {
    if (result instanceof PromptResult.Succeeded) {
      return "succeeded";
    }
    if (result instanceof PromptResult.Failed) {
      return "failed";
    }
    return result instanceof PromptResult.Interrupted ? "interrupted" : "pending";
  }

  /**
   * Reads {@code GET /queue} of a prompt that is not in the history: sets {@code running}, and
   * {@code outcome} to {@code absent} or {@code overdue} where it is.
   *
   * @throws IOException where the answer is not ComfyUI's
   */
  public void readQueue(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt prompt,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    PromptPlace place = ComfyAnswer.queue(prompt.job(), status, answer);
    if (place == PromptPlace.ABSENT) {
      exchange.setProperty("outcome", "absent");
      return;
    }
    if (place == PromptPlace.RUNNING) {
      running.started(prompt.job());
      exchange.setProperty("running", true);
    }
    if (running.isOverdue(prompt)
        && leases.renew(prompt.job(), prompt.fence())
        && running.requestStop(prompt.job(), "timeout")) {
      exchange.setProperty("outcome", "overdue");
    }
  }

  /**
   * Reads the history again of a prompt that has left the queue: sets {@code outcome} to {@code
   * lost} where it is in neither.
   *
   * @throws IOException where the answer is not ComfyUI's
   */
  public void readHistoryAgain(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt prompt,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Body InputStream answer)
      throws IOException {
    readHistory(exchange, prompt, status, answer);
    if ("pending".equals(exchange.getProperty("outcome"))) {
      exchange.setProperty("outcome", "lost");
    }
  }

  /**
   * Commits the outputs of a prompt that succeeded. The body becomes the job's id for the next
   * stage, with the claim in the header.
   */
  public void succeeded(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt prompt,
      @ExchangeProperty("result") PromptResult.Succeeded result) {
    backends.health().promptSucceeded(prompt.backend());
    Instant started = prompt.started().orElse(prompt.since());
    Instant now = clock.instant();
    // A crash may undo this commit; the history is then read again.
    Optional<Claim> claim =
        commits
            .withoutFlush(
                () ->
                    transitions.collecting(prompt.claimed(), started, result.outputs().toString()))
            .map(job -> new Claim(job, now));
    tracker.forget(prompt.job(), exchange);
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setHeader(Claim.HEADER, claim.orElse(null));
    exchange.getMessage().setBody(prompt.job());
  }
}
