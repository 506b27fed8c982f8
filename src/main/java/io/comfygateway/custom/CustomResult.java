package io.comfygateway.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobFacts;
import io.comfygateway.job.JobStatus;
import io.comfygateway.output.Output;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Warning;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes each job that ends through {@code direct:custom-result}, where there is one, before
 * anybody hears of its end. The route may change the job's {@code metadata}, and nothing else: what
 * it makes is stored with the job, so that an answer, a poll and a callback say the same. A route
 * that fails leaves the job as it is, with a warning.
 */
public final class CustomResult {
  private static final Logger LOG = LoggerFactory.getLogger(CustomResult.class);
  private static final String ROUTE = "custom-result";
  private static final String METADATA = "metadata";
  private static final int LARGEST_METADATA = 16 * 1024;

  private final BiFunction<Job, List<Output>, ObjectNode> renderer;
  private final LeftBody bodies;
  private final InstantSource clock;
  private final AtomicReference<@Nullable Caller> caller = new AtomicReference<>();

  private record Caller(CamelContext context, TimeLimitedRoute routes) {}

  /**
   * Makes it; without {@link #calls} every job passes as it is.
   *
   * @param renderer shows a job with these outputs as its caller sees it
   */
  public CustomResult(
      BiFunction<Job, List<Output>, ObjectNode> renderer, ObjectMapper json, InstantSource clock) {
    this.renderer = renderer;
    this.bodies = new LeftBody(json);
    this.clock = clock;
  }

  /** Calls the route of a context from now on. */
  public void calls(CamelContext context, TimeLimitedRoute routes) {
    caller.set(new Caller(context, routes));
  }

  /**
   * What a job that ends is to tell.
   *
   * @param job the job before its end
   * @param facts what it would tell without the route
   */
  public JobFacts of(Job job, JobStatus status, List<Output> stored, JobFacts facts) {
    Caller now = caller.get();
    if (now == null) {
      return facts;
    }
    try {
      return now.routes().exists(ROUTE)
          ? facts.withMetadata(passed(now, job.finished(status, facts, clock.instant()), stored))
          : facts;
    } catch (CustomStepException | Problem failed) {
      LOG.warn(
          "custom route failed, job ends without it route={} job={} reason={}",
          ROUTE,
          job.id(),
          String.valueOf(failed.getMessage()));
      LOG.debug("why", failed);
      String reason = "The step custom-result of this gateway failed; its log says why.";
      return facts.withWarnings(List.of(Warning.of("custom_result_failed", reason)));
    }
  }

  private ObjectNode passed(Caller now, Job ended, List<Output> stored) throws CustomStepException {
    ObjectNode shown = renderer.apply(ended, stored);
    // They are set when the end is stored.
    shown.remove(List.of("finished_at", "expires_at"));
    Exchange own = new DefaultExchange(now.context());
    own.setProperty("jobId", ended.id());
    own.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    own.getMessage().setBody(shown);
    AtomicReference<@Nullable JsonNode> made = new AtomicReference<>();
    if (!now.routes().call(ROUTE, own, passed -> made.set(bodies.read(ROUTE, passed)))) {
      throw CustomFailure.late(now.routes(), ROUTE);
    }
    if (own.getException() != null) {
      throw CustomFailure.of(ROUTE, own.getException(), status -> false);
    }
    JsonNode job = made.get();
    if (job == null || !(job.get(METADATA) instanceof ObjectNode metadata)) {
      throw LeftBody.unfit(ROUTE, "left no job with an object \"metadata\" in the body");
    }
    if (metadata.toString().getBytes(StandardCharsets.UTF_8).length > LARGEST_METADATA) {
      throw LeftBody.unfit(ROUTE, "left metadata that is larger than 16 KiB");
    }
    return metadata;
  }
}
