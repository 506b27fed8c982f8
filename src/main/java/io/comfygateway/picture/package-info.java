/**
 * Outputs in other formats and sizes: converted when they are requested, and kept for a while. The
 * way in is {@link PictureConverter}. It knows outputs and their bytes, and no callers.
 */
@NullMarked
package io.comfygateway.picture;

import org.jspecify.annotations.NullMarked;
