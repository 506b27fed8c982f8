/**
 * Assembles the gateway and runs it: database and secrets, beans, HTTP server, routes. The way in
 * is {@link GatewayServer}; {@link GatewayBeans} makes all objects. It knows every package but the
 * command line.
 */
@NullMarked
package io.comfygateway.app;

import org.jspecify.annotations.NullMarked;
