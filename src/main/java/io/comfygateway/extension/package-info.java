/**
 * Libraries beside the gateway's own, in {@code lib/ext}: Camel components that a user adds, and
 * what these need. The way in is {@link ExtensionFolder}. It knows no part of the service.
 */
@NullMarked
package io.comfygateway.extension;

import org.jspecify.annotations.NullMarked;
