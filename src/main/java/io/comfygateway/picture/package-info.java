/**
 * Outputs in other formats and sizes: converted when they are asked for, and kept for a while. The
 * way in is {@link PictureConverter}.
 */
@NullMarked
package io.comfygateway.picture;

import org.jspecify.annotations.NullMarked;
