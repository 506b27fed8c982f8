/**
 * The HTTP server: connections, bodies, limits, TLS, long polls, and how a route gets a request and
 * answers it. The way in is {@link GatewayHttpEngine}. It knows callers and problems, and nothing
 * about how jobs run.
 */
@NullMarked
package io.comfygateway.http;

import org.jspecify.annotations.NullMarked;
