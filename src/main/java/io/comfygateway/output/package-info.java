/**
 * The stored outputs of jobs: collected from a server's history entry, kept in a folder or a
 * bucket, served, and removed. The ways in are {@link OutputCollector} and {@link OutputStore}. It
 * knows jobs, servers and prompts.
 */
@NullMarked
package io.comfygateway.output;

import org.jspecify.annotations.NullMarked;
