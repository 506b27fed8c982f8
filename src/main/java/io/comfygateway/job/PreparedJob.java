package io.comfygateway.job;

import java.util.Optional;

/**
 * A job that is ready to be stored: what it runs is packed and sealed, so that many of them fit
 * into the memory.
 *
 * @param job the job; its document has no graph any more
 * @param document the whole document, sealed
 * @param needs the hash of what it needs of a backend
 */
public record PreparedJob(NewJob job, byte[] document, Optional<String> needs) {}
