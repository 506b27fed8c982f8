/**
 * The durable queue of deliveries, callbacks and copies: its rows, its retries, its steps. The way
 * in is {@link DeliveryClaims}. It knows jobs, their outputs and destinations, and no servers.
 */
@NullMarked
package io.comfygateway.delivery;

import org.jspecify.annotations.NullMarked;
