/**
 * Puts the gateway together and runs it: database and secrets, beans, HTTP server, routes. The way
 * in is {@link GatewayServer}. It knows every package but the command line.
 */
package io.comfygateway.app;
