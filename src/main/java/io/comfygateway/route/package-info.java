/**
 * The route files: loading, watching, checking and exchanging them while the gateway runs. The ways
 * in are {@link RouteFiles} and {@link RouteCheck}; {@link Contract} reads {@code openapi.json}. It
 * knows nothing of what the routes' beans do.
 */
@NullMarked
package io.comfygateway.route;

import org.jspecify.annotations.NullMarked;
