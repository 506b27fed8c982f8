/**
 * The files that callers upload for later jobs, each its caller's own, with a quota and an end. The
 * way in is {@link UploadStore}; {@link Uploads} finds what is there.
 */
@NullMarked
package io.comfygateway.upload;

import org.jspecify.annotations.NullMarked;
