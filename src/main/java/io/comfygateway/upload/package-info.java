/**
 * The files that callers upload for later jobs, each its caller's own, with a quota and an expiry.
 * The ways in are {@link UploadStore}, which adds and removes them, and {@link Uploads}, which
 * finds them. It knows neither jobs nor the APIs that take uploads.
 */
@NullMarked
package io.comfygateway.upload;

import org.jspecify.annotations.NullMarked;
