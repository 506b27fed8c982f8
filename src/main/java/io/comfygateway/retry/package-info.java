/**
 * Retry rules as the settings write them: delays, lists of HTTP statuses, and {@code Retry-After}.
 * The way in is {@link RetryDelays}. It knows no other package; what is tried again is up to those
 * that use it.
 */
@NullMarked
package io.comfygateway.retry;

import org.jspecify.annotations.NullMarked;
