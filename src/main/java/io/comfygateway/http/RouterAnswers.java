package io.comfygateway.http;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the HTTP server answers by itself, as problem details: a path that no route serves, a body
 * that is too large, a failure. Requests that find no route while routes are replaced wait until
 * these are there.
 */
public final class RouterAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(RouterAnswers.class);
  private static final String LOOKED_AGAIN = "looked-again";
  private static final String WAITS = "waits-at-the-door";
  private static final int NOT_SET = -1;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private static final List<Integer> UNROUTED = List.of(400, 404, INTERNAL);
  private final RequestGate door;
  private final ProblemBody problems;

  public RouterAnswers(RequestGate door, ProblemBody problems) {
    this.door = door;
    this.problems = problems;
  }

  /**
   * Takes the last place in the context's router.
   *
   * @param port the port that the server was given, which the router is named after
   */
  public void install(CamelContext context, int port) {
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(port);
    VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(context, name);
    router.route().last().handler(this::notRouted).failureHandler(this::failed);
    // What fails before routing, such as a path that cannot be decoded.
    if (router.getServer().getServer().requestHandler() instanceof Router outer) {
      UNROUTED.forEach(status -> outer.errorHandler(status, request -> failed(request, status)));
    }
  }

  private void notRouted(RoutingContext request) {
    Context eventLoop = request.vertx().getOrCreateContext();
    request.request().pause();
    request.put(WAITS, true);
    door.enter(
        () -> {
          door.leave();
          eventLoop.runOnContext(now -> lookAgain(request));
        });
  }

  /** Whether a request waits for its route, and is not read meanwhile. */
  static boolean waits(RoutingContext request) {
    return request.get(WAITS) != null;
  }

  private void lookAgain(RoutingContext request) {
    request.remove(WAITS);
    if (request.get(LOOKED_AGAIN) == null) {
      request.put(LOOKED_AGAIN, true).reroute(request.request().uri());
    } else {
      answer(
          request,
          UNAVAILABLE,
          "No route serves this path at the moment; the gateway's log says what is wrong with its"
              + " route files.");
    }
    request.request().resume();
  }

  private void failed(RoutingContext request) {
    failed(request, request.statusCode() == NOT_SET ? INTERNAL : request.statusCode());
  }

  private void failed(RoutingContext request, int status) {
    if (status >= INTERNAL) {
      LOG.error("request failed path={}", request.request().path(), request.failure());
    }
    answer(request, status, ProblemBody.defaultDetail(status));
  }

  private void answer(RoutingContext request, int status, String detail) {
    HttpServerResponse response = request.response();
    if (response.headWritten()) {
      response.reset();
    } else if (!response.closed()) {
      problems.write(request.request(), status, detail);
    }
  }
}
