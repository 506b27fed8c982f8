/**
 * Destinations of outputs and events: their file, the keys of what is stored there, and the copies
 * that are there. The way in is {@link Destinations}. It knows jobs and outputs; the routes in
 * {@code routes/sinks} put them there.
 */
@NullMarked
package io.comfygateway.sink;

import org.jspecify.annotations.NullMarked;
