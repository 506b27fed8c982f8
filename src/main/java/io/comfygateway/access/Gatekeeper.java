package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Decides on every request: who sends it, whether from there, whether that often, and whether that
 * caller may do it. Each decision is written to the audit log.
 */
public final class Gatekeeper {
  private static final String SLOWED = "Too many wrong keys came from your address.";

  private final List<Authenticator> ways;
  private final RequestCredentials credentials;
  private final TrustedProxies proxies;
  private final FailedAttempts attempts;
  private final Rates rates;
  private final AuditLog audit;

  /**
   * Makes a gatekeeper.
   *
   * @param ways asked one after the other; the first that knows the caller counts
   * @param rates counts what callers do
   * @param failuresPerMinute how many wrong credentials an address may send
   */
  public Gatekeeper(
      List<Authenticator> ways,
      RequestCredentials credentials,
      TrustedProxies proxies,
      Rates rates,
      long failuresPerMinute,
      InstantSource clock) {
    this(
        ways,
        credentials,
        proxies,
        rates,
        new FailedAttempts(failuresPerMinute, clock),
        new AuditLog());
  }

  Gatekeeper(
      List<Authenticator> ways,
      RequestCredentials credentials,
      TrustedProxies proxies,
      Rates rates,
      FailedAttempts attempts,
      AuditLog audit) {
    this.ways = List.copyOf(ways);
    this.credentials = credentials;
    this.proxies = proxies;
    this.attempts = attempts;
    this.audit = audit;
    this.rates = rates;
  }

  /** Whether a request says who sends it, by a way that believes it. */
  public boolean isKnown(RequestInfo arrival) {
    try {
      return ways.stream().anyMatch(way -> way.identify(arrival).isPresent());
    } catch (Refusal | Problem notBelieved) {
      return false;
    }
  }

  /**
   * Lets a request in that needs one of several scopes.
   *
   * @throws Problem where it is not let in
   */
  public Caller admit(RequestInfo arrival, Set<Scope> anyOf) {
    return decide(
        arrival,
        address -> {
          Authenticator.Identity known = identify(arrival);
          Caller caller = known.caller();
          checkNetwork(caller, address);
          attempts
              .succeeded(address, caller.name())
              .ifPresent(
                  wait -> {
                    throw Refusal.tooMany("slowed", caller.name(), wait, SLOWED);
                  });
          checkRate(caller);
          demand(caller.name(), () -> caller.require(anyOf), "scope");
          audit.allowed(arrival, address, caller.name(), known.way());
          return caller;
        });
  }

  /**
   * Lets a caller run a workflow of the library.
   *
   * @throws Problem where its key is for other workflows
   */
  public void admitToWorkflow(RequestInfo arrival, Caller caller, String workflow) {
    if (!caller.mayRun(workflow)) {
      decide(
          arrival,
          address -> {
            throw Refusal.of(
                "workflow",
                caller.name(),
                new Problem(
                    ProblemType.FORBIDDEN,
                    "The key \"%s\" may not use the workflow \"%s\". GET /workflows lists those that it may."
                        .formatted(caller.name(), workflow)));
          });
    }
  }

  /**
   * Lets a caller make more jobs now.
   *
   * @param jobs how many, all of them or none
   * @throws Problem where it has made too many in this minute, or may never make as many
   */
  public void admitJobs(RequestInfo arrival, Caller caller, int jobs) {
    long limit = caller.bounds().rates().jobsPerMinute();
    if (limit > 0 && jobs > limit) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/jobs",
          "The key \"%s\" may make %d jobs a minute, and these are %d. Send them in smaller batches."
              .formatted(caller.name(), limit, jobs));
    }
    Optional<Duration> wait =
        limit == 0 ? Optional.empty() : rates.take("jobs " + caller.name(), limit, jobs);
    if (wait.isPresent()) {
      decide(
          arrival,
          address -> {
            throw Refusal.tooMany(
                "job-rate",
                caller.name(),
                wait.get(),
                "The key \"%s\" may make %d jobs a minute.".formatted(caller.name(), limit));
          });
    }
  }

  /**
   * Lets the holder of a link in, who need not be a caller.
   *
   * @param signed whether the link's signature is right and its time not over
   * @param owner whose job it leads to; asked only where it is signed. Empty where there is none
   * @param isLive whether an owner may still give its outputs away
   * @throws Problem where the link is not, or no longer, valid
   */
  public void admitByLink(
      RequestInfo arrival,
      boolean signed,
      Supplier<Optional<String>> owner,
      Predicate<String> isLive) {
    decide(
        arrival,
        address -> {
          if (!signed) {
            throw Refusal.wrongLink(
                new Problem(
                    ProblemType.FORBIDDEN,
                    "This link is invalid or has expired. GET the job again for a new one."));
          }
          String name = owner.get().orElse("");
          if (!name.isEmpty() && !isLive.test(name)) {
            throw Refusal.of(
                "link-of-ended-key",
                name,
                new Problem(
                    ProblemType.FORBIDDEN,
                    "This link belongs to a key that was revoked or has expired."));
          }
          audit.allowed(arrival, address, name, "link");
          return null;
        });
  }

  /** What is decided about a request from an address; it throws a refusal, or not. */
  private interface Decision {
    Caller from(InetAddress address);
  }

  private Caller decide(RequestInfo arrival, Decision decision) {
    InetAddress address = proxies.callerOf(arrival);
    try {
      return decision.from(address);
    } catch (Refusal first) {
      Refusal refusal = slowed(first, address);
      audit.refused(
          arrival, address, refusal.caller(), refusal.reason(), refusal.problem().status());
      throw refusal.problem();
    }
  }

  private Refusal slowed(Refusal refusal, InetAddress address) {
    return Optional.of(refusal)
        .filter(Refusal::isGuess)
        .flatMap(guess -> attempts.failed(address))
        .map(wait -> Refusal.tooMany("slowed", refusal.caller(), wait, SLOWED))
        .orElse(refusal);
  }

  private Authenticator.Identity identify(RequestInfo arrival) {
    return ways.stream()
        .flatMap(way -> way.identify(arrival).stream())
        .findFirst()
        .orElseThrow(() -> Refusal.missing("no-key", credentials.howTo()));
  }

  private static void checkNetwork(Caller caller, InetAddress address) {
    if (!caller.bounds().allowNetwork(address)) {
      throw Refusal.of(
          "network",
          caller.name(),
          new Problem(
              ProblemType.FORBIDDEN,
              "The key \"%s\" may not be used from the address %s."
                  .formatted(caller.name(), address.getHostAddress())));
    }
  }

  private void checkRate(Caller caller) {
    long limit = caller.bounds().rates().requestsPerMinute();
    if (limit > 0) {
      rates
          .take("requests " + caller.name(), limit)
          .ifPresent(
              wait -> {
                throw Refusal.tooMany(
                    "request-rate",
                    caller.name(),
                    wait,
                    "The key \"%s\" may send %d requests a minute."
                        .formatted(caller.name(), limit));
              });
    }
  }

  private static void demand(String caller, Runnable check, String reason) {
    try {
      check.run();
    } catch (Problem lacking) {
      throw Refusal.of(reason, caller, lacking);
    }
  }
}
