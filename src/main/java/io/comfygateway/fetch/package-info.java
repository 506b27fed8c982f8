/**
 * Fetches the files of jobs from the URLs that callers give, before the jobs wait for a backend.
 */
package io.comfygateway.fetch;
