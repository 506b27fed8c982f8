package io.comfygateway.delivery;

import io.comfygateway.database.Commits;
import io.comfygateway.exchange.OnDone;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobQueries;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deliveries that this gateway has claimed and is trying now. */
public final class DeliveryClaims {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryClaims.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
  private final DeliveryQueue deliveryQueue;
  private final DeliveryDispatch deliveryDispatch;
  private final DeliveryQueries deliveries;
  private final DeliveryLeases deliveryLeases;
  private final Commits commits;
  private final JobQueries queries;
  private final DeliveryDispatch.Limits limits;
  private final InstantSource clock;
  private final Map<UUID, Claimed> underWay = new ConcurrentHashMap<>();

  /** A delivery that is being tried: where to, for whom, and when it was claimed. */
  private record Claimed(String target, String owner, Instant since) {}

  /**
   * Makes the steps.
   *
   * @param limits how many tries there may be at the same time: per target, per caller, in all
   */
  public DeliveryClaims(
      DeliveryQueue deliveryQueue,
      DeliveryDispatch deliveryDispatch,
      DeliveryQueries deliveries,
      DeliveryLeases deliveryLeases,
      Commits commits,
      JobQueries queries,
      DeliveryDispatch.Limits limits,
      InstantSource clock) {
    this.deliveryQueue = deliveryQueue;
    this.deliveryDispatch = deliveryDispatch;
    this.deliveries = deliveries;
    this.deliveryLeases = deliveryLeases;
    this.commits = commits;
    this.queries = queries;
    this.limits = limits;
    this.clock = clock;
  }

  /** Claims the deliveries that are due, as many as there are free places. */
  public List<Delivery> claim() {
    Map<String, Integer> byTarget = new HashMap<>();
    Map<String, Integer> byOwner = new HashMap<>();
    underWay
        .values()
        .forEach(
            known -> {
              byTarget.merge(known.target(), 1, Integer::sum);
              byOwner.merge(known.owner(), 1, Integer::sum);
            });
    int free = limits.most() - underWay.size();
    Instant now = clock.instant();
    // A claim that a crash undoes is due again, as is one whose try the crash interrupts.
    List<Delivery> claimed =
        commits.withoutFlush(
            () ->
                deliveryDispatch.claim(
                    new DeliveryDispatch.UnderWay(byTarget, byOwner),
                    new DeliveryDispatch.Limits(limits.perTarget(), limits.perOwner(), free)));
    claimed.forEach(
        delivery ->
            underWay.put(delivery.id(), new Claimed(delivery.target(), delivery.owner(), now)));
    return claimed;
  }

  /** Frees the place of a delivery that has been tried. */
  public void release(@ExchangeProperty("delivery") Delivery delivery) {
    if (delivery != null) {
      underWay.remove(delivery.id());
    }
  }

  /** Extends the leases of the tries under way, however long a receiver takes. */
  public void heartbeat() {
    deliveryLeases.heartbeat(List.copyOf(underWay.keySet()));
  }

  /**
   * Sets {@code delivery}, and for a delivery of a job {@code job} and {@code document}. Sets
   * nothing if another gateway owns the delivery by now, or if it has to wait for copies.
   */
  public void load(Exchange exchange, @Body Delivery delivery) {
    Optional<Instant> claimed =
        Optional.ofNullable(underWay.get(delivery.id())).map(Claimed::since);
    OnDone.run(exchange, () -> underWay.remove(delivery.id()));
    if (claimed.filter(deliveryLeases::isCertain).isEmpty() && !deliveryLeases.renew(delivery)) {
      LOG.warn(
          "skipped, delivery owned by another gateway delivery={} job={}",
          delivery.id(),
          delivery.job());
      return;
    }
    if (delivery.isOfBatch() && deliveries.copiesOfBatch(delivery.job())) {
      // The callback of a job waits for the copies of its outputs, too.
      deliveryQueue.postpone(delivery, BETWEEN_LOOKS);
      return;
    }
    exchange.setProperty("delivery", delivery);
    if (delivery.isOfBatch()) {
      return;
    }
    Job job =
        queries
            .find(delivery.job())
            .orElseThrow(() -> new IllegalStateException("no job " + delivery.job()));
    exchange.setProperty("job", job);
    exchange.setProperty("document", queries.document(job.id()));
  }
}
