package io.comfygateway.job;

import java.util.UUID;

/**
 * What became of a submission.
 *
 * @param id the job
 * @param replayed whether the job was there already, under the same idempotency key
 */
public record Acceptance(UUID id, boolean replayed) {}
