/**
 * Clients that follow events: what happens to jobs, as server-sent events (HTML, section 9.2). The
 * way in is {@link EventStreams}. It reads the event log of the package {@code job}; how an event
 * is shown is up to an {@link EventRenderer}.
 */
@NullMarked
package io.comfygateway.stream;

import org.jspecify.annotations.NullMarked;
