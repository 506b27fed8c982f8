/**
 * Graphs of ComfyUI before they run: the library of workflows, named inputs, seeds and validation.
 * The ways in are {@link WorkflowLibrary}, {@link Graph} and {@link GraphValidation}. It knows
 * neither jobs nor servers.
 */
@NullMarked
package io.comfygateway.workflow;

import org.jspecify.annotations.NullMarked;
