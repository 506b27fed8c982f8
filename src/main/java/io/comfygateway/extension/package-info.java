/**
 * Libraries beside the gateway's own, in {@code lib/ext}: Camel components that a user adds, and
 * what these need.
 */
@NullMarked
package io.comfygateway.extension;

import org.jspecify.annotations.NullMarked;
