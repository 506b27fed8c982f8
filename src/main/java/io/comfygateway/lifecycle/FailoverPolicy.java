package io.comfygateway.lifecycle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.RequirementsStore;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.problem.Warning;
import io.comfygateway.prompt.ProgressBoard;
import io.comfygateway.prompt.PromptResult;
import io.comfygateway.prompt.ShortText;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells prompts that failed for a reason of their own from those that their ComfyUI failed, and
 * gives the latter one more try.
 */
public final class FailoverPolicy {
  private static final Logger LOG = LoggerFactory.getLogger(FailoverPolicy.class);

  private static final int LONGEST_REASON = 500;

  private final JobQueries queries;
  private final JobTransitions transitions;
  private final RequirementsStore requirements;
  private final Backends backends;
  private final RunningPrompts flights;
  private final ProgressBoard progress;
  private final ObjectMapper json;
  private final Rules rules;

  /**
   * How it is told.
   *
   * @param ofBackend what an exception says that lies in the server
   * @param attempts how often a prompt is tried in all
   */
  public record Rules(Pattern ofBackend, int attempts) {}

  public FailoverPolicy(
      JobQueries queries,
      JobTransitions transitions,
      RequirementsStore requirements,
      Backends backends,
      RunningPrompts flights,
      ProgressBoard progress,
      ObjectMapper json,
      Rules rules) {
    this.queries = queries;
    this.transitions = transitions;
    this.requirements = requirements;
    this.backends = backends;
    this.flights = flights;
    this.progress = progress;
    this.json = json;
    this.rules = rules;
  }

  /**
   * Judges a failure: sets {@code chance} to {@code free} (memory is freed there, then once more),
   * {@code elsewhere} or {@code none}.
   */
  public void judge(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt flight,
      @ExchangeProperty("result") PromptResult.Failed failed) {
    exchange.setProperty(
        "chance", job(flight).map(job -> chance(job, flight, failed)).orElse("none"));
  }

  private Optional<Job> job(RunningPrompt flight) {
    return queries
        .find(flight.job())
        .filter(job -> job.fence() == flight.fence() && job.stage() == Stage.SUBMITTED)
        .filter(job -> !job.cancelRequested());
  }

  private String chance(Job job, RunningPrompt flight, PromptResult.Failed failed) {
    String name = flight.backend();
    String said = failed.exceptionType().orElse("") + ": " + failed.message();
    if (isOutOfMemory(said) && !job.facts().freedOn().contains(name)) {
      return "free";
    }
    boolean serversFault = isOutOfMemory(said) || rules.ofBackend().matcher(said).find();
    List<String> before = job.facts().failedOn();
    if (!serversFault && !before.isEmpty()) {
      // It fails wherever it runs, so it was not the other server's fault either.
      before.forEach(backends.health()::promptSucceeded);
      return "none";
    }
    boolean another = backends.placement().canRunElsewhere(name, before, requirements.of(job));
    if (serversFault || another) {
      backends.health().promptFailed(name, said.lines().findFirst().orElse(said));
    }
    boolean suspect = serversFault || backends.health().isResting(name);
    return suspect && another && job.place().attempts() < rules.attempts() ? "elsewhere" : "none";
  }

  // torch.OutOfMemoryError, torch.cuda.OutOfMemoryError, and "MPS backend out of memory"
  private static boolean isOutOfMemory(String said) {
    String text = said.toLowerCase(Locale.ROOT);
    return text.contains("outofmemoryerror") || text.contains("out of memory");
  }

  /** The body of {@code POST /history} that lets the server forget how the first try ended. */
  public String forgetBody(
      Exchange exchange,
      @ExchangeProperty("runningPrompt") RunningPrompt flight,
      @ExchangeProperty("job") Job job) {
    exchange.setProperty("contentType", "application/json");
    ObjectNode body = json.createObjectNode();
    body.putArray("delete").add((flight == null ? job.id() : flight.job()).toString());
    return body.toString();
  }

  /** The body of {@code POST /free}. */
  public String freeBody() {
    return json.createObjectNode().put("unload_models", true).put("free_memory", true).toString();
  }

  /** Memory was freed; the prompt is tried once more. */
  public void afterFreeing(
      @ExchangeProperty("runningPrompt") RunningPrompt flight,
      @ExchangeProperty("result") PromptResult.Failed failed) {
    again(
        flight,
        failed,
        facts ->
            facts
                .withMemoryFreedOn(flight.backend())
                .withWarnings(
                    List.of(
                        Warning.of(
                            "memory_freed",
                            flight.backend()
                                + " ran out of memory; it was freed, and the prompt tried once more."))));
  }

  /** Another server gets the prompt. */
  public void elsewhere(
      @ExchangeProperty("runningPrompt") RunningPrompt flight,
      @ExchangeProperty("result") PromptResult.Failed failed) {
    again(flight, failed, facts -> facts.withFailureOn(flight.backend()));
  }

  private interface Change {
    JobFacts of(JobFacts facts);
  }

  private void again(RunningPrompt flight, PromptResult.Failed failed, Change change) {
    job(flight)
        .ifPresent(
            job -> {
              String why = ShortText.of(failed.message(), LONGEST_REASON);
              transitions.note(job, change.of(transitions.afterFailedAttempt(job, why)));
              transitions.requeue(job.id(), job.fence(), Duration.ZERO, job.place().attempts());
              LOG.warn("prompt failed, tried again job={} backend={}", job.id(), flight.backend());
            });
    flights.forget(flight.job());
    progress.forget(flight.job());
  }
}
