/**
 * Graphs inside media files: ComfyUI writes into a picture, video or sound how it was made. The way
 * in is {@link io.comfygateway.workflow.embedded.EmbeddedGraph}. It knows nothing else of the
 * gateway.
 *
 * <p>Each reader goes through the parts of a file by their headers and reads only the texts, within
 * limits of count and size.
 */
@NullMarked
package io.comfygateway.workflow.embedded;

import org.jspecify.annotations.NullMarked;
