/** The route files: loaded, watched and exchanged while the gateway runs. */
@NullMarked
package io.comfygateway.route;

import org.jspecify.annotations.NullMarked;
