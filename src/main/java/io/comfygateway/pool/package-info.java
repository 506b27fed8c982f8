/**
 * The ComfyUI servers: which there are, how healthy they are, what runs on each, and which one gets
 * a job. The way in is {@link Backends}. It knows the queue of jobs, and not what a prompt consists
 * of.
 */
@NullMarked
package io.comfygateway.pool;

import org.jspecify.annotations.NullMarked;
