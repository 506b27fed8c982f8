/**
 * Libraries beside the gateway's own, in {@code lib/ext}: Camel components that a user adds, and
 * what these need.
 */
package io.comfygateway.extension;
