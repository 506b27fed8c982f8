package io.comfygateway.custom;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Set;
import org.apache.camel.http.base.HttpOperationFailedException;

/** What is said of a route that fails, and whether it may succeed the next time. */
final class CustomFailure {
  // Too many requests, and what a proxy answers in place of a service that is away.
  private static final Set<Integer> STATUSES = Set.of(429, 502, 503, 504);

  private CustomFailure() {}

  static CustomStepException of(String route, Throwable failure) {
    boolean isPassing = false;
    Throwable root = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      isPassing |= isPassing(cause);
      root = cause;
    }
    return new CustomStepException(
        "The step %s of this gateway failed: %s"
            .formatted(route, CustomRefusal.shortened(String.valueOf(root.getMessage()))),
        isPassing,
        failure);
  }

  static CustomStepException late(TimeLimitedRoute routes, String route) {
    return new CustomStepException(
        "The step %s of this gateway took longer than %d s (GATEWAY_CUSTOM_MAX_SECONDS)."
            .formatted(route, routes.longest().toSeconds()),
        true,
        null);
  }

  private static boolean isPassing(Throwable cause) {
    return cause instanceof ConnectException
        || cause instanceof NoRouteToHostException
        || cause instanceof SocketTimeoutException
        || cause instanceof UnknownHostException
        || cause instanceof HttpOperationFailedException answered
            && STATUSES.contains(answered.getStatusCode())
        || cause instanceof Problem problem && problem.type() == ProblemType.BUSY;
  }
}
