package io.comfygateway.comfyapi;

import java.time.Duration;

/**
 * What may be held back of prompts whose turn has not come, and for how long.
 *
 * @param bytes how much of one client
 * @param bytesInAll how much of all clients together
 * @param patience how long a prompt that does not run may hold up later ones of its client
 */
public record HeldLimits(long bytes, long bytesInAll, Duration patience) {}
