package io.comfygateway.stream;

/**
 * What a client asks for.
 *
 * @param caller its name
 * @param filter the events that it gets
 * @param position the event that it has already
 */
public record Subscription(String caller, EventFilter filter, EventId position) {}
