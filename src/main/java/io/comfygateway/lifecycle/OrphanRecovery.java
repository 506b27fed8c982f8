package io.comfygateway.lifecycle;

import io.comfygateway.clock.SteadyClock;
import io.comfygateway.custom.CustomStepException;
import io.comfygateway.job.InProgress;
import io.comfygateway.job.Job;
import io.comfygateway.job.JobLeases;
import io.comfygateway.job.JobQueries;
import io.comfygateway.job.JobTransitions;
import io.comfygateway.job.Stage;
import io.comfygateway.pool.Backends;
import io.comfygateway.pool.RunningPrompt;
import io.comfygateway.pool.RunningPrompts;
import io.comfygateway.store.StoreFullException;
import io.comfygateway.store.StoreState;
import io.comfygateway.store.StoreUnavailableException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.RuntimeExchangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Finds work that is in the store but in nobody's hands: after a crash, a lost wake-up or a
 * failure.
 */
public final class OrphanRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanRecovery.class);
  private static final Duration BETWEEN_LOGS = Duration.ofMinutes(1);

  private record Failures(int count, String last) {}

  private final JobQueries queries;
  private final JobLeases leases;
  private final JobTransitions transitions;
  private final Backends backends;
  private final RunningPrompts flights;
  private final InProgress inHand;
  private final StoreState store;
  private final Rules rules;
  private final InstantSource clock;
  private final InstantSource pauses;
  private final Map<UUID, Instant> triedAt = new ConcurrentHashMap<>();
  private final Map<UUID, Failures> failures = new ConcurrentHashMap<>();
  private final Map<String, Instant> logged = new ConcurrentHashMap<>();
  private final AtomicLong takenUp = new AtomicLong();
  private Set<UUID> seen = Set.of();
  private boolean firstRound = true;

  /**
   * When work that failed is taken up again.
   *
   * @param failures after how many failures a job is ended, if each may be permanent
   * @param pause between two tries of the same job
   */
  public record Rules(int failures, Duration pause) {}

  public OrphanRecovery(
      JobQueries queries,
      JobLeases leases,
      JobTransitions transitions,
      Backends backends,
      RunningPrompts flights,
      InProgress inHand,
      StoreState store,
      Rules rules,
      InstantSource clock) {
    this.queries = queries;
    this.leases = leases;
    this.transitions = transitions;
    this.backends = backends;
    this.flights = flights;
    this.inHand = inHand;
    this.store = store;
    this.rules = rules;
    this.clock = clock;
    this.pauses = new SteadyClock(clock);
  }

  /**
   * A job to be taken up again.
   *
   * @param collecting whether its prompt has succeeded, so that its outputs are to be fetched
   * @param hopeless whether it failed so often that it is to be ended
   * @param lastFailure why it failed the last time
   */
  public record Orphan(UUID id, boolean collecting, boolean hopeless, String lastFailure) {}

  /** The jobs to be taken up now; each is asked for again only after a pause. */
  public synchronized List<Orphan> orphans() {
    Instant asOf = clock.instant();
    Instant now = pauses.instant();
    boolean canStore = store.fault().isEmpty();
    if (!canStore) {
      handOverCollecting();
    }
    Set<UUID> known = flights.submissions().known();
    List<Job> held = leases.recoverable();
    flights.keepOnly(held.stream().collect(Collectors.toMap(Job::id, Job::fence)), asOf, known);
    List<Job> idle =
        held.stream()
            .filter(job -> !inHand.has(job.id()) && !flights.has(job.id()))
            .filter(job -> canStore || job.stage() != Stage.COLLECTING)
            .toList();
    Set<UUID> ids = idle.stream().map(Job::id).collect(Collectors.toSet());
    triedAt.keySet().retainAll(ids);
    failures.keySet().removeIf(id -> !ids.contains(id) && !inHand.has(id));
    List<Orphan> orphans = new ArrayList<>();
    // While these were looked up, the process ended. One at a time, so that the one whose answer
    // did it ends alone, and the others are not counted with it.
    AtomicBoolean hasSuspect =
        new AtomicBoolean(
            held.stream()
                .filter(job -> job.stage() == Stage.SUBMITTED && job.facts().lookUps() > 0)
                .anyMatch(job -> inHand.has(job.id()) || flights.has(job.id())));
    for (Job job : idle) {
      // What was claimed a moment ago is on its way to the next stage, and an orphan only if it is
      // still here next time. After a start, nothing is on its way.
      boolean onItsWay = !firstRound && !seen.contains(job.id());
      boolean resting =
          triedAt.getOrDefault(job.id(), Instant.MIN).plus(rules.pause()).isAfter(now);
      boolean isSuspect = job.stage() == Stage.SUBMITTED && job.facts().lookUps() > 0;
      if (!onItsWay
          && !resting
          && !isOnSilentBackend(job)
          && !(isSuspect && hasSuspect.getAndSet(true))) {
        triedAt.put(job.id(), now);
        leases.takeOver(job).ifPresent(taken -> orphans.add(orphan(taken)));
      }
    }
    takenUp.addAndGet(orphans.size());
    seen = ids;
    firstRound = false;
    return orphans;
  }

  /** How many jobs have been taken up again since the start. */
  public long takenUp() {
    return takenUp.get();
  }

  // A gateway that cannot store outputs leaves them to one that can.
  private void handOverCollecting() {
    int left = leases.handOverCollecting(inHand.all());
    if (left > 0) {
      LOG.warn("outputs cannot be stored here and are left to other gateways jobs={}", left);
    }
  }

  private Orphan orphan(Job job) {
    Failures failed = failures.getOrDefault(job.id(), new Failures(0, ""));
    boolean hopeless = failed.count() >= rules.failures();
    return new Orphan(job.id(), job.stage() == Stage.COLLECTING, hopeless, failed.last());
  }

  /** This gateway's jobs on backends whose callers have cancelled them. */
  public List<UUID> toStop() {
    return queries.cancelledOnBackends().stream().map(Job::id).filter(flights::has).toList();
  }

  /**
   * Logs that a stage failed, each kind of failure of a job once a minute; it is taken up again.
   */
  public void failed(Exchange exchange) {
    Throwable why = reason(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    Optional<Job> job = Optional.ofNullable(exchange.getProperty("job", Job.class));
    String what =
        job.map(known -> known.id().toString())
            .orElseGet(() -> String.valueOf(flightOrBody(exchange)));
    // A failure that all jobs share is logged once for all of them.
    String about = isPassing(why) ? "" : what;
    if (isNews(exchange.getFromRouteId() + about + why.getClass())) {
      LOG.warn(
          "step failed, will retry route={} job={} reason={}",
          exchange.getFromRouteId(),
          what,
          inWords(why));
    }
    LOG.debug("why", why);
    uncount(exchange, job);
    if (job.isPresent() && !isPassing(why) && !isOnSilentBackend(job.get())) {
      Failures now = new Failures(1, String.valueOf(why.getMessage()));
      failures.merge(
          job.get().id(), now, (before, after) -> new Failures(before.count() + 1, after.last()));
    }
  }

  private void uncount(Exchange exchange, Optional<Job> job) {
    try {
      job.or(
              () ->
                  Optional.ofNullable(exchange.getProperty("runningPrompt", RunningPrompt.class))
                      .map(RunningPrompt::claimed))
          .ifPresent(this::survived);
    } catch (DataAccessException out) {
      LOG.debug("a look-up stays counted", out);
    }
  }

  // Spring says that a commit failed, and the database why.
  private static String inWords(Throwable why) {
    Throwable root = why;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.equals(why) ? why.toString() : why + "; cause: " + root;
  }

  // What a split or a loop reports is that something failed in it, and not what.
  private static Throwable reason(Throwable why) {
    Throwable reason = why;
    while ((reason instanceof CamelExchangeException || reason instanceof RuntimeExchangeException)
        && reason.getCause() != null) {
      reason = reason.getCause();
    }
    return reason;
  }

  // A backend, a database, a disk and a route come back; everything else may be forever.
  private static boolean isPassing(Throwable why) {
    return why instanceof ConnectException
        || why instanceof DataAccessException
        || why instanceof TransactionException
        || why instanceof StoreFullException
        || why instanceof StoreUnavailableException
        || why instanceof CustomStepException custom && custom.isPassing()
        || why instanceof RejectedExecutionException;
  }

  // It may be back in a minute or tomorrow, with what the job has left there.
  private boolean isOnSilentBackend(Job job) {
    return job.place().backend().filter(backends.health()::isSilent).isPresent();
  }

  /** An answer about a prompt that was looked up did not end the process. */
  public void survived(@ExchangeProperty("runningPrompt") RunningPrompt flight) {
    survived(flight.claimed());
  }

  private void survived(Job job) {
    if (job.facts().lookUps() > 0) {
      Job now = job.withFacts(job.facts().withLookUps(0));
      transitions.note(now, now.facts());
      flights.update(now);
    }
  }

  private static Object flightOrBody(Exchange exchange) {
    RunningPrompt flight = exchange.getProperty("runningPrompt", RunningPrompt.class);
    return flight == null ? exchange.getMessage().getBody() : flight.job();
  }

  private boolean isNews(String failure) {
    Instant now = pauses.instant();
    logged.values().removeIf(at -> at.plus(BETWEEN_LOGS).isBefore(now));
    return logged.putIfAbsent(failure, now) == null;
  }
}
