/**
 * Destinations of outputs and events: their file, the keys of what is stored there, and the copies
 * that are there. The way in is {@link Destinations}.
 */
@NullMarked
package io.comfygateway.sink;

import org.jspecify.annotations.NullMarked;
