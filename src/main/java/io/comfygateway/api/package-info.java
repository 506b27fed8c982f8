/**
 * The operations of the contract as steps of routes: submissions, jobs, batches, outputs,
 * workflows, keys, health, documentation. Only {@code comfyapi} and {@code app} know it.
 */
@NullMarked
package io.comfygateway.api;

import org.jspecify.annotations.NullMarked;
