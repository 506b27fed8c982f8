/**
 * The durable queue of deliveries, callbacks and copies: its rows, its retries, its steps. The way
 * in is {@link DeliveryClaims}.
 */
package io.comfygateway.delivery;
