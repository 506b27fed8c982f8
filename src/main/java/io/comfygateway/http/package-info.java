/**
 * The HTTP server: connections, bodies, limits, TLS, long polls, and how a route gets a request and
 * gives its answer. The way in is {@link GatewayHttpEngine}. It knows what callers and problems
 * are, and nothing of jobs being run.
 */
@NullMarked
package io.comfygateway.http;

import org.jspecify.annotations.NullMarked;
