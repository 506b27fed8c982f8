package io.comfygateway.pool;

import java.time.Duration;

/**
 * When a backend is taken out, and for how long.
 *
 * @param failedProbes how many questions in a row without an answer take it out
 * @param probe how long it is left alone then, the first time; the time doubles
 * @param longestProbe how long at the most
 * @param failedPrompts how many prompts in a row that fail take it out
 * @param rest how long it is given none then, the first time; the time doubles
 * @param longestRest how long at the most
 * @param infoHolds how long its answer to {@code GET /object_info} is taken for true
 */
public record ProbePolicy(
    int failedProbes,
    Duration probe,
    Duration longestProbe,
    int failedPrompts,
    Duration rest,
    Duration longestRest,
    Duration infoHolds) {}
