/**
 * The job, its states, and the durable queue: accepting jobs, dispatching them, leasing them to a
 * gateway, and what gateways on one database tell each other. The way in is {@link Jobs}. It knows
 * the database and the types of a graph's inputs, and nothing of what runs a job.
 */
@NullMarked
package io.comfygateway.job;

import org.jspecify.annotations.NullMarked;
