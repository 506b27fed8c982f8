package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;

/** Why a request is refused: as a problem for the caller, as a word for the audit log. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String CHALLENGE = "Bearer realm=\"comfyui-gateway\"";

  private final String reason;
  private final boolean guess;
  private final String caller;
  private final transient Problem problem;

  private Refusal(String reason, boolean guess, String caller, Problem problem) {
    super(reason, null, false, false);
    this.reason = reason;
    this.guess = guess;
    this.caller = caller;
    this.problem = problem;
  }

  /** 401 for wrong credentials, which may be a guess and are counted. */
  static Refusal wrong(String reason, String detail) {
    return new Refusal(reason, true, "", unauthenticated(detail));
  }

  /** 401 for a request without usable credentials. */
  static Refusal missing(String reason, String detail) {
    return new Refusal(reason, false, "", unauthenticated(detail));
  }

  /** 401 for a key that was revoked or has expired. */
  static Refusal expired(String reason, String caller, String detail) {
    return new Refusal(reason, false, caller, unauthenticated(detail));
  }

  /** Another problem of a known caller. */
  static Refusal of(String reason, String caller, Problem problem) {
    return new Refusal(reason, false, caller, problem);
  }

  /** 403 for a link whose signature may be a guess. */
  static Refusal wrongLink(Problem problem) {
    return new Refusal("wrong-signature", true, "", problem);
  }

  /** 429 with the time to wait. */
  static Refusal tooMany(String reason, String caller, Duration wait, String detail) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    Problem problem =
        new Problem(
                ProblemType.TOO_MANY_REQUESTS, detail + " Try again in " + seconds + " seconds.")
            .withHeader("Retry-After", Long.toString(seconds));
    return new Refusal(reason, false, caller, problem);
  }

  private static Problem unauthenticated(String detail) {
    return new Problem(ProblemType.UNAUTHENTICATED, detail)
        .withHeader("WWW-Authenticate", CHALLENGE);
  }

  String reason() {
    return reason;
  }

  /** Whether the sender may be guessing credentials. */
  boolean isGuess() {
    return guess;
  }

  /** The caller if it is known, else empty. */
  String caller() {
    return caller;
  }

  Problem problem() {
    return problem;
  }
}
