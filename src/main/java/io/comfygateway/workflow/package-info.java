/**
 * A ComfyUI graph and what is done to it before it runs: the library of workflows, their named
 * inputs, and the seeds.
 */
@NullMarked
package io.comfygateway.workflow;

import org.jspecify.annotations.NullMarked;
