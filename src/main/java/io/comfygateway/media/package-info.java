/**
 * Picture, audio and video files: what they are by their bytes, and safe names for them. The way in
 * is {@link ContentTypes}. It knows the types of a graph's inputs only.
 */
@NullMarked
package io.comfygateway.media;

import org.jspecify.annotations.NullMarked;
