package io.comfygateway.web;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the HTTP server answers by itself, as problem details: a path that no route serves, a body
 * that is too large, a failure. Requests that find no route while routes are exchanged wait until
 * these are there.
 */
public final class RouterAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(RouterAnswers.class);
  private static final String LOOKED_AGAIN = "looked-again";
  private static final int NOT_SET = -1;
  private static final int INTERNAL = 500;
  private static final int UNAVAILABLE = 503;
  private final Door door;
  private final ProblemBody problems;

  public RouterAnswers(Door door, ProblemBody problems) {
    this.door = door;
    this.problems = problems;
  }

  /**
   * Takes the last place on the context's router.
   *
   * @param port the port that the server was given, which the router is named after
   */
  public void install(CamelContext context, int port) {
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(port);
    VertxPlatformHttpRouter.lookup(context, name)
        .route()
        .last()
        .handler(this::notRouted)
        .failureHandler(this::failed);
  }

  private void notRouted(RoutingContext request) {
    Context eventLoop = request.vertx().getOrCreateContext();
    request.request().pause();
    door.enter(
        () -> {
          door.leave();
          eventLoop.runOnContext(now -> lookAgain(request));
        });
  }

  private void lookAgain(RoutingContext request) {
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
    int status = request.statusCode() == NOT_SET ? INTERNAL : request.statusCode();
    if (status >= INTERNAL) {
      LOG.error("request failed path={}", request.normalizedPath(), request.failure());
    }
    answer(request, status, ProblemBody.defaultDetail(status));
  }

  private void answer(RoutingContext request, int status, String detail) {
    HttpServerResponse response = request.response();
    if (response.headWritten()) {
      response.reset();
    } else if (!response.closed()) {
      problems.write(response, status, detail);
    }
  }
}
