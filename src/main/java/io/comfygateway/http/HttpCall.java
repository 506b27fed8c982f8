package io.comfygateway.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;
import org.apache.camel.Exchange;

/**
 * A request on its way through its route.
 *
 * @param received the message as it was before the route changed it
 */
record HttpCall(HttpRequestState state, Exchange exchange, ResponseWriter.Received received) {

  /** Work that may block. */
  interface Work {
    void run() throws Exception;
  }

  RoutingContext request() {
    return state.request();
  }

  Context eventLoop() {
    return state.eventLoop();
  }

  /** Does work on a thread that may block; probes have threads of their own. */
  Future<Void> onWorker(Work work) {
    Callable<Void> task =
        () -> {
          work.run();
          return null;
        };
    Vertx vertx = request().vertx();
    return state
        .probes()
        .map(probes -> probes.onOwnThread(vertx, task))
        .orElseGet(() -> vertx.executeBlocking(task, false));
  }

  /** Whether the route has begun a long poll, so that nothing is answered yet. */
  boolean isHeld() {
    return exchange.getException() == null && exchange.getProperty(LongPollLimit.PROPERTY) != null;
  }

  /** Whether the route has admitted a response that is written without it. */
  boolean isStreamed() {
    return exchange.getException() == null && exchange.getProperty(ResponseStream.PROPERTY) != null;
  }

  /**
   * Whether the response need not wait for the disk: it promises nothing that an earlier one has
   * not. The answer to a probe is never a promise.
   */
  boolean isDurable() {
    return exchange.getException() == null
        && (state.probes().isPresent()
            || exchange.getProperty(GatewayHttpConsumer.DURABLE, false, Boolean.class));
  }

  /** The call without what was sent: a long poll keeps nothing large. */
  HttpCall withoutBody() {
    BodyGate.leave(request());
    exchange.getMessage().setBody(null);
    return new HttpCall(state, exchange, received.withoutBody());
  }
}
