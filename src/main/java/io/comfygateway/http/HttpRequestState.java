package io.comfygateway.http;

import io.comfygateway.route.Contract;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * A request that its route is asked for.
 *
 * @param match its path in the contract; empty for a route of one's own
 * @param probes where it has threads of its own
 * @param leave to be called once the route has been asked
 */
record HttpRequestState(
    RoutingContext request,
    Optional<Contract.Match> match,
    Context eventLoop,
    Optional<ProbeRequests> probes,
    Runnable leave) {

  /** The request on its way through its route. */
  record Call(HttpRequestState asked, Exchange exchange, ResponseWriter.Received received) {
    RoutingContext request() {
      return asked.request();
    }

    Context eventLoop() {
      return asked.eventLoop();
    }

    /** The call of which nothing large is kept while it waits. */
    Call withoutBody() {
      BodyGate.leave(request());
      exchange.getMessage().setBody(null);
      return new Call(asked, exchange, received.withoutBody());
    }
  }
}
