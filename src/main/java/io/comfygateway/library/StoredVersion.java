package io.comfygateway.library;

import java.time.Instant;
import java.util.Optional;

/**
 * A kept version of a workflow, without its content.
 *
 * @param by who uploaded it; empty for a version of a file
 * @param note what they wrote about it
 */
public record StoredVersion(
    int version, Optional<String> note, Instant createdAt, Optional<String> by) {}
