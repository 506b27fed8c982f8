/**
 * Streams of events: clients that listen to what happens to jobs, by server-sent events (HTML,
 * section 9.2). Start at {@link io.comfygateway.stream.EventStreams}. What happened is read from
 * the event log of the package {@code job}; how it is shown is up to an {@link
 * io.comfygateway.stream.EventRenderer}.
 */
@NullMarked
package io.comfygateway.stream;

import org.jspecify.annotations.NullMarked;
