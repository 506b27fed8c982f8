package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobNumbers;
import io.comfygateway.pool.Backend;
import io.comfygateway.pool.Backends;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/** The step that answers with the figures of the last hour, day or week. */
public final class NumbersApi {
  private static final Map<String, Duration> SPANS =
      Map.of("hour", Duration.ofHours(1), "day", Duration.ofDays(1), "week", Duration.ofDays(7));
  private static final int STEPS = 60;
  private static final double THOUSANDTHS = 1_000;

  private final JobNumbers numbers;
  private final Backends backends;
  private final ObjectMapper json;
  private final InstantSource clock;

  public NumbersApi(JobNumbers numbers, Backends backends, ObjectMapper json, InstantSource clock) {
    this.numbers = numbers;
    this.backends = backends;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Answers with the figures.
   *
   * @throws Problem where {@code span} is none
   */
  public void show(Exchange exchange) {
    String word = exchange.getMessage().getHeader("span", "day", String.class);
    Duration length =
        Optional.ofNullable(SPANS.get(word))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.INVALID_REQUEST,
                        "span is " + StrictJson.shown(word) + "; it is hour, day or week."));
    Instant now = clock.instant();
    JobNumbers.Span span = new JobNumbers.Span(now.minus(length), now);
    ObjectNode body = json.createObjectNode();
    body.put("span", word).put("since", span.since().toString()).put("until", now.toString());
    long waiting = numbers.queued();
    body.put("waiting", waiting);
    ArrayNode jobs = body.putArray("jobs");
    numbers
        .ended(span)
        .forEach(
            it ->
                jobs.addObject()
                    .put("workflow", it.workflow())
                    .put("status", it.status())
                    .put("count", it.count()));
    ArrayNode times = body.putArray("times");
    numbers.times(span).forEach(it -> times.add(times(it)));
    ArrayNode servers = body.putArray("servers");
    Map<String, Double> busy = numbers.busySeconds(span);
    for (Backend backend : backends.all()) {
      double share = busy.getOrDefault(backend.name(), 0.0) / length.toSeconds();
      servers.addObject().put("name", backend.name()).put("idle", rounded(Math.max(0, 1 - share)));
    }
    Map<String, Long> tries = numbers.deliveryTries(span);
    body.putObject("deliveries")
        .put("delivered", tries.getOrDefault("delivered", 0L))
        .put("retried", tries.getOrDefault("due", 0L))
        .put("dead", tries.getOrDefault("dead", 0L));
    new NumbersSteps(numbers, span, (int) length.toSeconds() / STEPS).addTo(body, STEPS, waiting);
    Responses.json(exchange, 200, body.toString());
  }

  private ObjectNode times(JobNumbers.Times times) {
    ObjectNode shown =
        json.createObjectNode().put("workflow", times.workflow()).put("count", times.count());
    seconds(shown.putObject("waited_seconds"), times.waited());
    seconds(shown.putObject("ran_seconds"), times.ran());
    return shown;
  }

  private static void seconds(ObjectNode shown, JobNumbers.Percentiles of) {
    shown.put("p50", rounded(of.p50())).put("p95", rounded(of.p95()));
  }

  private static double rounded(double value) {
    return Math.round(value * THOUSANDTHS) / THOUSANDTHS;
  }
}
