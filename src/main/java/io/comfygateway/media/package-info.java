/** Picture, audio and video files: what they are by their bytes, and safe names for them. */
@NullMarked
package io.comfygateway.media;

import org.jspecify.annotations.NullMarked;
