package io.comfygateway.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.JobNumbers;
import io.comfygateway.job.JobNumbers.Series;
import io.comfygateway.job.JobNumbers.Step;
import java.util.List;
import java.util.function.UnaryOperator;

/** The figures of a span, step by step. */
final class NumbersSteps {
  private final JobNumbers numbers;
  private final JobNumbers.Span span;
  private final int seconds;

  /**
   * Reads the steps of a span.
   *
   * @param seconds how long each is
   */
  NumbersSteps(JobNumbers numbers, JobNumbers.Span span, int seconds) {
    this.numbers = numbers;
    this.span = span;
    this.seconds = seconds;
  }

  /**
   * Adds {@code step_seconds} and {@code steps}.
   *
   * @param count how many steps the span has
   * @param waiting how many jobs wait at the end of the last one
   */
  void addTo(ObjectNode body, int count, long waiting) {
    body.put("step_seconds", seconds);
    ArrayNode steps = body.putArray("steps");
    for (int i = 0; i < count; i++) {
      ObjectNode step =
          steps.addObject().put("at", span.since().plusSeconds((long) i * seconds).toString());
      step.putObject("jobs");
      step.putObject("deliveries");
    }
    fill(steps, "jobs", Series.ENDED, UnaryOperator.identity());
    fill(steps, "deliveries", Series.TRIED, result -> "due".equals(result) ? "retried" : result);
    line(steps, waiting);
  }

  private void fill(ArrayNode steps, String field, Series series, UnaryOperator<String> name) {
    for (Step counted : numbers.steps(series, span, seconds)) {
      ObjectNode counts = (ObjectNode) steps.get(place(steps, counted)).path(field);
      String word = name.apply(counted.word());
      counts.put(word, counts.path(word).asLong() + counted.count());
    }
  }

  // What happened before the span, or ends with it, belongs to the step beside it.
  private static int place(ArrayNode steps, Step counted) {
    return Math.max(0, Math.min(steps.size() - 1, counted.step()));
  }

  // From what waits now back through what joined and left the line.
  private void line(ArrayNode steps, long waiting) {
    long[] change = new long[steps.size()];
    List<Step> moves = numbers.steps(Series.LINE, span, seconds);
    for (Step move : moves) {
      change[place(steps, move)] += "joined".equals(move.word()) ? move.count() : -move.count();
    }
    long length = waiting;
    for (int i = steps.size() - 1; i >= 0; i--) {
      ((ObjectNode) steps.get(i)).put("waiting", Math.max(0, length));
      length -= change[i];
    }
  }
}
