package io.comfygateway.stream;

import java.util.function.BooleanSupplier;

/**
 * What a client asks for.
 *
 * @param caller its name
 * @param filter the events that it gets
 * @param position the event that it has already
 * @param lasts whether what it was admitted by is still valid, where that can end before its key;
 *     called several times a second
 */
public record Subscription(
    String caller, EventFilter filter, EventId position, BooleanSupplier lasts) {}
