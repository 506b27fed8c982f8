package io.comfygateway.access;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.InetAddress;

/**
 * What the key of an authenticated caller limits: its networks, its workflows, and its requests and
 * jobs per minute. Each method throws a {@link Refusal} beyond the limit.
 */
final class CallerLimits {
  private final RateLimits rates;

  CallerLimits(RateLimits rates) {
    this.rates = rates;
  }

  /** Requires that the caller may send requests from an address. */
  void requireNetwork(Caller caller, InetAddress address) {
    if (!caller.restrictions().allowNetwork(address)) {
      throw forbidden(
          "network",
          caller,
          "The key \"%s\" may not be used from the address %s."
              .formatted(caller.name(), address.getHostAddress()));
    }
  }

  /** Requires that the caller may use a workflow of the library. */
  void requireWorkflow(Caller caller, String workflow) {
    if (!caller.mayRun(workflow)) {
      throw forbidden(
          "workflow",
          caller,
          "The key \"%s\" may not use the workflow \"%s\". GET /workflows lists those that it may."
              .formatted(caller.name(), workflow));
    }
  }

  /** Counts one request. */
  void requireRequest(Caller caller) {
    require(
        "request-rate",
        caller,
        "requests",
        1,
        caller.restrictions().rates().requestsPerMinute(),
        "The key \"%s\" may send %d requests a minute.");
  }

  /**
   * Counts jobs: all of them or none.
   *
   * @throws Problem if a minute's limit is smaller than {@code jobs}
   */
  void requireJobs(Caller caller, int jobs) {
    long limit = caller.restrictions().rates().jobsPerMinute();
    if (limit > 0 && jobs > limit) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/jobs",
          "The key \"%s\" may make %d jobs a minute, and these are %d. Send them in smaller batches."
              .formatted(caller.name(), limit, jobs));
    }
    require("job-rate", caller, "jobs", jobs, limit, "The key \"%s\" may make %d jobs a minute.");
  }

  private void require(
      String reason, Caller caller, String unit, long several, long perMinute, String detail) {
    if (perMinute > 0) {
      rates
          .take(unit + " " + caller.name(), perMinute, several)
          .ifPresent(
              wait -> {
                throw Refusal.tooMany(
                    reason, caller.name(), wait, detail.formatted(caller.name(), perMinute));
              });
    }
  }

  private static Refusal forbidden(String reason, Caller caller, String detail) {
    return Refusal.of(reason, caller.name(), new Problem(ProblemType.FORBIDDEN, detail));
  }
}
