package io.comfygateway.job;

import java.util.UUID;

/**
 * The result of a submission.
 *
 * @param id the job, or the batch
 * @param replayed whether an earlier request with the same idempotency key created it
 */
public record Acceptance(UUID id, boolean replayed) {}
