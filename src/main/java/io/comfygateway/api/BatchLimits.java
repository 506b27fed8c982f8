package io.comfygateway.api;

import java.time.Duration;

/**
 * How much may be in one batch.
 *
 * @param jobs how many jobs
 * @param bytes of what they run, packed, all together
 * @param unpackedBytes the same before it is packed
 * @param time how long the jobs of one batch may take to be checked
 */
public record BatchLimits(int jobs, long bytes, long unpackedBytes, Duration time) {}
