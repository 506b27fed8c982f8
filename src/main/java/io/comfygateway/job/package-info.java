/**
 * The job, its states, and the durable queue: accepting jobs, dispatching them, leasing them to a
 * gateway, and what gateways on one database tell each other. The way in is {@link
 * io.comfygateway.job.Jobs}; it knows {@code problem}, {@code workflow} and {@code disk} only.
 */
@NullMarked
package io.comfygateway.job;

import org.jspecify.annotations.NullMarked;
