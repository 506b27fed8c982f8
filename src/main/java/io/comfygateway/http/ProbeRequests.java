package io.comfygateway.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.route.Contract;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The requests of what restarts the gateway and raises alarms: {@code /health/live}, {@code
 * /health/ready} and {@code /metrics}. They are answered within a second whatever other requests
 * wait for: they have threads of their own and do not wait while routes are replaced, and where
 * their route has not answered by then, this class does.
 */
public final class ProbeRequests {
  private static final String LIVE = "healthLive";
  private static final Set<String> OPERATIONS = Set.of(LIVE, "healthReady", "getMetrics");
  private static final String EXECUTOR = "probes";
  private static final int THREADS = 4;
  private static final int OK = 200;
  private static final long LIMIT_MS = 950;

  /**
   * How long the route of a probe may wait for the state of something else. The rest of the second
   * is for the request itself.
   */
  public static final Duration LONGEST_WAIT = Duration.ofMillis(700);

  private final ProblemBody problems;
  private @Nullable WorkerExecutor executor;

  ProbeRequests(ProblemBody problems) {
    this.problems = problems;
  }

  /** Whether a request is a probe. */
  static boolean isProbe(Optional<Contract.Match> match, String method) {
    return match
        .flatMap(found -> found.operation(method))
        .filter(operation -> OPERATIONS.contains(operation.id()))
        .isPresent();
  }

  /** Answers a request that is not answered in time. */
  void limit(RoutingContext request, Contract.Match match) {
    long timer = request.vertx().setTimer(LIMIT_MS, late -> answer(request.request(), match));
    request.addEndHandler(ended -> request.vertx().cancelTimer(timer));
  }

  private void answer(HttpServerRequest request, Contract.Match match) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed() || response.headWritten()) {
      return;
    }
    if (match.operation("GET").filter(operation -> LIVE.equals(operation.id())).isPresent()) {
      response
          .setStatusCode(OK)
          .putHeader("Content-Type", "application/json")
          .end(new ObjectMapper().createObjectNode().put("status", "up").toString());
    } else {
      problems.write(
          request,
          new Problem(
                  ProblemType.BUSY,
                  "The gateway could not say within a second how it is: its routes are being"
                      + " exchanged, or what they wait for does not answer.")
              .withHeader("Retry-After", "1"));
    }
  }

  /** Does work on a thread that only probes use. */
  synchronized <T> Future<T> onOwnThread(Vertx vertx, Callable<T> work) {
    if (executor == null) {
      executor = vertx.createSharedWorkerExecutor(EXECUTOR, THREADS);
    }
    return executor.executeBlocking(work, false);
  }

  /** Ends its threads. */
  synchronized void close() {
    if (executor != null) {
      executor.close();
      executor = null;
    }
  }
}
