/**
 * The operations of the contract as steps of routes: submissions, jobs, batches, outputs,
 * workflows, keys, health, documentation. It knows what it shows, and is known by {@code app}
 * alone.
 */
@NullMarked
package io.comfygateway.api;

import org.jspecify.annotations.NullMarked;
