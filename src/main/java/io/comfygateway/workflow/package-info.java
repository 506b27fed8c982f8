/**
 * Graphs of ComfyUI before they run: the library of workflows, named inputs, seeds and validation.
 * The ways in are {@link WorkflowLibrary}, {@link Graph} and {@link GraphValidation}. It knows
 * neither jobs nor servers. Below it are {@code editor}, files of ComfyUI's editor, and {@code
 * embedded}, graphs inside media files.
 */
@NullMarked
package io.comfygateway.workflow;

import org.jspecify.annotations.NullMarked;
