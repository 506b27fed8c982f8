package io.comfygateway.custom;

import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.function.IntPredicate;
import org.apache.camel.http.base.HttpOperationFailedException;

/** What is said of a route that fails, and whether it may succeed the next time. */
final class CustomFailure {
  private CustomFailure() {}

  /**
   * The exception of a failed route.
   *
   * @param retried the statuses of a service after which the route may succeed the next time
   */
  static CustomStepException of(String route, Throwable failure, IntPredicate retried) {
    boolean isPassing = false;
    Throwable root = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      isPassing |= isPassing(cause, retried);
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

  private static boolean isPassing(Throwable cause, IntPredicate retried) {
    return cause instanceof ConnectException
        || cause instanceof NoRouteToHostException
        || cause instanceof SocketTimeoutException
        || cause instanceof UnknownHostException
        || cause instanceof HttpOperationFailedException answered
            && retried.test(answered.getStatusCode())
        || cause instanceof Problem problem && problem.type() == ProblemType.BUSY;
  }
}
