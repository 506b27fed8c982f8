/** Files of pictures, sound and film: what they are by their bytes, and what they may be called. */
@NullMarked
package io.comfygateway.media;

import org.jspecify.annotations.NullMarked;
