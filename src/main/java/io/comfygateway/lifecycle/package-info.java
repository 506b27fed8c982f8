/**
 * What becomes of a job: it starts, ends, is retried on another server, and is recovered after a
 * crash. The way in is {@link JobOutcomes}. It knows jobs, prompts, outputs and the queue of
 * deliveries.
 */
@NullMarked
package io.comfygateway.lifecycle;

import org.jspecify.annotations.NullMarked;
