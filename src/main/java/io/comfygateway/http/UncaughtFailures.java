package io.comfygateway.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests whose handling failed where the router does not catch it: in a later step on the
 * event loop. Vert.x would only log the failure, and the client would wait without end.
 */
final class UncaughtFailures {
  private static final Logger LOG = LoggerFactory.getLogger(UncaughtFailures.class);
  private static final String REQUEST = "request-in-hand";

  private UncaughtFailures() {}

  /** From now on all failures of a Vert.x that nothing else handles come here. */
  static void install(Vertx vertx) {
    vertx.exceptionHandler(UncaughtFailures::failed);
  }

  /** Remembers the request of the current context; each request has a context of its own. */
  static void begin(RoutingContext request) {
    Context context = Vertx.currentContext();
    context.putLocal(REQUEST, request);
    request.next();
  }

  /** The current context's request has become a WebSocket and is answered. */
  static void upgraded() {
    Vertx.currentContext().removeLocal(REQUEST);
  }

  private static void failed(Throwable failure) {
    Context context = Vertx.currentContext();
    RoutingContext request = context == null ? null : context.getLocal(REQUEST);
    if (request == null || !isOpen(request.response())) {
      LOG.error("uncaught failure", failure);
    } else {
      answer(request, failure);
    }
  }

  private static boolean isOpen(HttpServerResponse response) {
    return !response.ended() && !response.closed();
  }

  /** Answers a request that has failed, or breaks off its response where it has begun. */
  static void answer(RoutingContext request, @Nullable Throwable failure) {
    HttpServerResponse response = request.response();
    if (!isOpen(response)) {
      return;
    }
    try {
      if (response.headWritten()) {
        LOG.error("response broken off path={}", request.request().path(), failure);
        response.reset();
      } else {
        request.fail(failure);
      }
    } catch (RuntimeException e) {
      LOG.error("failure not answered path={}", request.request().path(), e);
      request.request().connection().close();
    }
  }
}
