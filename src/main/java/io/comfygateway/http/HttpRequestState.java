package io.comfygateway.http;

import io.comfygateway.route.Contract;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * A request that a route is to handle.
 *
 * @param match its path in the contract; empty for a path of a custom route
 * @param probes where it has threads of its own
 * @param leave to be called once the route has handled it, or it has begun a long poll
 */
record HttpRequestState(
    RoutingContext request,
    Optional<Contract.Match> match,
    Context eventLoop,
    Optional<ProbeRequests> probes,
    Runnable leave) {}
