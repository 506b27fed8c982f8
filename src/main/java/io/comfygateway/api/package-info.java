/**
 * The operations of the contract as steps of routes: submissions, jobs, batches, outputs,
 * workflows, keys, health, documentation. Only {@code app} knows it.
 */
@NullMarked
package io.comfygateway.api;

import org.jspecify.annotations.NullMarked;
