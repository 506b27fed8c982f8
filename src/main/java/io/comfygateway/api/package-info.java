/**
 * The operations of the contract as steps of routes: submissions, jobs, batches, outputs,
 * workflows, keys, health, documentation. Each class has the steps of one operation or one part of
 * it; the routes in {@code routes/} are the way in. Only {@code comfyapi} and {@code app} know it.
 */
@NullMarked
package io.comfygateway.api;

import org.jspecify.annotations.NullMarked;
