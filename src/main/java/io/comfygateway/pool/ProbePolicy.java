package io.comfygateway.pool;

import java.time.Duration;

/**
 * When a backend gets no more work, and for how long.
 *
 * @param failedProbes after how many failed probes in a row it is down
 * @param probe the first pause before it is probed again; each further pause is twice as long
 * @param longestProbe the longest of these pauses
 * @param failedPrompts after how many failed prompts in a row it rests
 * @param rest how long it rests the first time; each further rest is twice as long
 * @param longestRest the longest rest
 * @param infoHolds how long its answer to {@code GET /object_info} is valid
 * @param infoRetry how long after an answer that could not be read it is asked for again
 */
public record ProbePolicy(
    int failedProbes,
    Duration probe,
    Duration longestProbe,
    int failedPrompts,
    Duration rest,
    Duration longestRest,
    Duration infoHolds,
    Duration infoRetry) {}
