/**
 * Fetches the input files of jobs from the URLs that callers give, before the jobs wait for a
 * server. The way in is {@link Fetches}. It knows the guard of outgoing URLs and the input files of
 * a prompt.
 */
@NullMarked
package io.comfygateway.fetch;

import org.jspecify.annotations.NullMarked;
