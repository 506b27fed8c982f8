package io.comfygateway.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one try gave. Each step sets {@code result}: {@code delivered}, {@code retry} or {@code
 * dead}; nothing if another gateway owns the delivery by now.
 */
public final class DeliveryResults {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryResults.class);
  private static final Pattern URL = Pattern.compile("[a-z0-9+.-]{2,20}:/\\S*");
  private static final int LONGEST_REASON = 500;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private final DeliveryQueue deliveryQueue;
  private final RetrySchedule schedule;
  private final InstantSource clock;

  public DeliveryResults(DeliveryQueue deliveryQueue, RetrySchedule schedule, InstantSource clock) {
    this.deliveryQueue = deliveryQueue;
    this.schedule = schedule;
    this.clock = clock;
  }

  /** The receiver answered. */
  public void answered(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header("Retry-After") String retryAfter,
      @Body InputStream answer)
      throws IOException {
    String beginning = ReceiverAnswer.beginning(answer);
    // n8n says in these answers what to do: publish the workflow, or start the execution again.
    String said =
        status == NOT_FOUND || status == CONFLICT ? ReceiverAnswer.forError(beginning) : "";
    settle(
        exchange,
        delivery,
        new Outcome.Answered(status, Optional.ofNullable(retryAfter), said),
        Optional.of(status),
        beginning);
  }

  /** The receiver or the destination failed, could not be reached, or is not allowed. */
  public void failed(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception why) {
    Outcome outcome = Outcome.of(why);
    if (outcome instanceof Outcome.NoAnswer none
        && Outcome.ofStep(why).filter(none.reason()::equals).isPresent()) {
      LOG.warn(
          "step of a delivery failed delivery={} job={} target={} reason={}",
          delivery.id(),
          delivery.job(),
          delivery.target(),
          withoutUrls(why));
    }
    settle(exchange, delivery, outcome, status(outcome), "");
  }

  /**
   * Makes the message a dead letter as routes of users get it: the job, and why it was given up.
   */
  public void deadLetter(
      Exchange exchange,
      @ExchangeProperty("delivery") Delivery delivery,
      @ExchangeProperty("why") String why) {
    Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader("deliveryId", delivery.id().toString());
    message.setHeader("jobId", delivery.job().toString());
    message.setHeader("owner", delivery.owner());
    message.setHeader("kind", delivery.kind());
    message.setHeader("event", delivery.event());
    message.setHeader("target", delivery.target());
    message.setHeader("attempts", delivery.tries().attempts());
    message.setBody(why);
  }

  // A URL may hold a secret.
  private static String withoutUrls(Throwable why) {
    Throwable root = why;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = URL.matcher(root.toString()).replaceAll("<URL>").replaceAll("\\s+", " ");
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
  }

  private static Optional<Integer> status(Outcome outcome) {
    if (outcome instanceof Outcome.Answered answer) {
      return Optional.of(answer.status());
    }
    return outcome instanceof Outcome.NotStored refused
        ? Optional.of(refused.status())
        : Optional.empty();
  }

  private void settle(
      Exchange exchange,
      Delivery delivery,
      Outcome outcome,
      Optional<Integer> status,
      String answer) {
    Duration since =
        delivery
            .tries()
            .first()
            .map(first -> Duration.between(first, clock.instant()))
            .orElse(Duration.ZERO);
    Verdict verdict = schedule.judge(delivery.tries().attempts(), outcome, since);
    boolean settled =
        deliveryQueue.recordResult(
            delivery, verdict, status, new Attempt.Seen(exchange.getClock().elapsed(), answer));
    String word =
        !settled
            ? "another gateway has it"
            : verdict instanceof Verdict.Delivered
                ? "delivered"
                : verdict instanceof Verdict.TryAgain ? "to be tried again" : "dead letter";
    exchange.setProperty("result", settled ? result(verdict) : null);
    exchange.setProperty("why", verdict.why().orElse(""));
    LOG.info(
        "{} delivery={} job={} kind={} event={} target={} try={} status={} reason=\"{}\"",
        word,
        delivery.id(),
        delivery.job(),
        delivery.kind(),
        delivery.event(),
        delivery.target(),
        delivery.tries().attempts(),
        status.map(String::valueOf).orElse("none"),
        verdict.why().orElse("none"));
  }

  private static String result(Verdict verdict) {
    return verdict instanceof Verdict.Delivered
        ? "delivered"
        : verdict instanceof Verdict.TryAgain ? "retry" : "dead";
  }

  /** Every output is at its destination. */
  public void delivered(Exchange exchange, @ExchangeProperty("delivery") Delivery delivery) {
    settle(exchange, delivery, Outcome.answered(200), Optional.of(200), "");
  }
}
