package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Access control for every request: authentication, the caller's networks, its rate limits and its
 * scopes. Each decision is written to the audit log.
 */
public final class AccessControl {
  private static final String SLOWED = "Too many wrong keys came from your address.";

  private final List<Authenticator> authenticators;
  private final RequestCredentials credentials;
  private final TrustedProxies proxies;
  private final FailedAttempts attempts;
  private final CallerLimits limits;
  private final AuditLog audit;

  /**
   * Creates the access control.
   *
   * @param authenticators tried in this order; the first that recognises the caller decides
   * @param rateLimits limit what a caller may do per minute
   * @param failuresPerMinute how many wrong credentials an address may send per minute
   */
  public AccessControl(
      List<Authenticator> authenticators,
      RequestCredentials credentials,
      TrustedProxies proxies,
      RateLimits rateLimits,
      long failuresPerMinute,
      InstantSource clock) {
    this(
        authenticators,
        credentials,
        proxies,
        rateLimits,
        new FailedAttempts(failuresPerMinute, clock),
        new AuditLog());
  }

  AccessControl(
      List<Authenticator> authenticators,
      RequestCredentials credentials,
      TrustedProxies proxies,
      RateLimits rateLimits,
      FailedAttempts attempts,
      AuditLog audit) {
    this.authenticators = List.copyOf(authenticators);
    this.credentials = credentials;
    this.proxies = proxies;
    this.attempts = attempts;
    this.audit = audit;
    this.limits = new CallerLimits(rateLimits);
  }

  /** Whether a request carries valid credentials. Counts nothing and logs nothing. */
  public boolean isKnown(RequestInfo request) {
    return scheme(request).isPresent();
  }

  /**
   * The kind of credentials that a request is admitted by, such as {@code key}; empty if it has no
   * valid ones.
   */
  public Optional<String> scheme(RequestInfo request) {
    try {
      return identify(request).map(Authenticator.Identity::scheme);
    } catch (Refusal | Problem notBelieved) {
      return Optional.empty();
    }
  }

  /**
   * Admits a request that needs one of several scopes.
   *
   * @throws Problem if it is refused
   */
  public Caller admit(RequestInfo request, Set<Scope> anyOf) {
    return admitWithCredential(request, anyOf).caller();
  }

  /**
   * Admits a request that needs one of several scopes, and says what its caller was recognised by.
   *
   * @throws Problem if it is refused
   */
  public Authenticator.Identity admitWithCredential(RequestInfo request, Set<Scope> anyOf) {
    return admitBy(request, this::identify, anyOf);
  }

  /**
   * Admits a request whose caller one authenticator recognises.
   *
   * @throws Problem if it is refused
   */
  Authenticator.Identity admitBy(
      RequestInfo request, Authenticator authenticator, Set<Scope> anyOf) {
    return decide(
        request,
        address -> {
          Authenticator.Identity known = admitted(request, authenticator, address);
          limits.requireRequest(known.caller());
          demand(known.caller().name(), () -> known.caller().require(anyOf), "scope");
          audit.allowed(request, address, known.caller().name(), known.scheme());
          return known;
        });
  }

  /**
   * Admits a request that a client of ComfyUI's own API repeats many times a second while it waits:
   * it counts against no rate, and only a refusal is logged.
   *
   * @throws Problem if it is refused
   */
  public Caller admitPoll(RequestInfo request, Set<Scope> anyOf) {
    return decide(
        request,
        address -> {
          Caller caller = admitted(request, this::identify, address).caller();
          demand(caller.name(), () -> caller.require(anyOf), "scope");
          return caller;
        });
  }

  private Authenticator.Identity admitted(
      RequestInfo request, Authenticator authenticator, InetAddress address) {
    Authenticator.Identity known =
        authenticator.identify(request).orElseThrow(() -> missing(request));
    Caller caller = known.caller();
    limits.requireNetwork(caller, address);
    attempts
        .succeeded(address, caller.name())
        .ifPresent(
            wait -> {
              throw Refusal.tooMany("slowed", caller.name(), wait, SLOWED);
            });
    return known;
  }

  /**
   * Admits a caller to a workflow of the library.
   *
   * @throws Problem if its key is limited to other workflows
   */
  public void admitToWorkflow(RequestInfo request, Caller caller, String workflow) {
    decide(
        request,
        address -> {
          limits.requireWorkflow(caller, workflow);
          return caller;
        });
  }

  /**
   * Admits more jobs of a caller.
   *
   * @param jobs how many; all of them are admitted or none
   * @throws Problem if the caller has used up its limit for this minute, or the limit is smaller
   *     than {@code jobs}
   */
  public void admitJobs(RequestInfo request, Caller caller, int jobs) {
    decide(
        request,
        address -> {
          limits.requireJobs(caller, jobs);
          return caller;
        });
  }

  /**
   * Admits a request with a signed link, which needs no key.
   *
   * @param signed whether the signature is valid and has not expired
   * @param owner the owner of the job that the link leads to, read only if it is signed; empty if
   *     there is no such job
   * @param isLive whether the key of that owner is still valid
   * @throws Problem if the link is invalid or has expired
   */
  public void admitByLink(
      RequestInfo request,
      boolean signed,
      Supplier<Optional<String>> owner,
      Predicate<String> isLive) {
    decide(
        request,
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
          audit.allowed(request, address, name, "link");
          return name;
        });
  }

  /**
   * Admits a request with a ticket, which stands for the caller that made it.
   *
   * @param ticket the ticket as it was sent; it is used up
   * @param anyOf the caller needs one of these scopes
   * @return with the credential that made the ticket
   * @throws Problem if it is no ticket, was used or has expired, what made it has ended, or the
   *     caller may not do that
   */
  public Authenticator.Identity admitByTicket(
      RequestInfo request, StreamTickets tickets, String ticket, Set<Scope> anyOf) {
    return admitBy(
        request,
        it ->
            Optional.of(
                tickets
                    .use(ticket)
                    .orElseThrow(
                        () ->
                            Refusal.wrong(
                                "wrong-ticket",
                                "This ticket was used, has expired or was never made, or what made it has ended. POST /events/tickets makes another."))),
        anyOf);
  }

  /** Decides about a request from an address; throws a {@link Refusal} to refuse it. */
  private interface Decision<T> {
    T from(InetAddress address);
  }

  private <T> T decide(RequestInfo request, Decision<T> decision) {
    InetAddress address = proxies.clientAddress(request);
    try {
      return decision.from(address);
    } catch (Refusal first) {
      Refusal refusal = slowed(first, address);
      audit.refused(
          request, address, refusal.caller(), refusal.reason(), refusal.problem().status());
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

  private Optional<Authenticator.Identity> identify(RequestInfo request) {
    return authenticators.stream()
        .flatMap(authenticator -> authenticator.identify(request).stream())
        .findFirst();
  }

  private Refusal missing(RequestInfo request) {
    boolean isConsoleOn = authenticators.stream().anyMatch(SessionAuthenticator.class::isInstance);
    return isConsoleOn && request.client().isEmpty() && SessionCookie.isSent(request)
        ? Refusal.missing("session-ended", "Your session has ended. Sign in again.")
        : Refusal.missing("no-key", credentials.howTo());
  }

  private static void demand(String caller, Runnable check, String reason) {
    try {
      check.run();
    } catch (Problem lacking) {
      throw Refusal.of(reason, caller, lacking);
    }
  }
}
