/**
 * Fetches the files of jobs from the URLs that callers give, before the jobs wait for a backend.
 */
@NullMarked
package io.comfygateway.fetch;

import org.jspecify.annotations.NullMarked;
