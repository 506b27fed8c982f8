/**
 * The internals of Vert.x 4 that the server needs, and no others: {@code VertxHttpRequestDecoder}
 * and {@code ConnectionBase} in {@link StrictDecoder}; {@code ConnectionBase} also in {@link
 * BoundedPongs}; {@code HttpServerRequestInternal}, {@code HttpServerRequestWrapper}, {@code
 * RoutingContextInternal} and {@code RoutingContextDecorator} in {@link WatchedBody}. It knows
 * nothing of the rest of the gateway.
 */
@NullMarked
package io.comfygateway.http.connection;

import org.jspecify.annotations.NullMarked;
