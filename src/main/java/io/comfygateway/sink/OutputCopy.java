package io.comfygateway.sink;

import java.util.Optional;
import java.util.UUID;

/**
 * The copy of an output at a destination, made or still to be made.
 *
 * @param job the job
 * @param index the output's place among the job's outputs, from 0
 * @param destination the destination's name
 * @param key its key there; the same for every try
 * @param location where the sink says that it is; empty until it is there
 */
public record OutputCopy(
    UUID job, int index, String destination, String key, Optional<String> location) {}
