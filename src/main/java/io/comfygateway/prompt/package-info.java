/**
 * One prompt on a ComfyUI: its input files, its submission, and its state in queue, history and
 * WebSocket messages. The way in is {@link PromptSubmission}. It knows the pool and the job.
 */
@NullMarked
package io.comfygateway.prompt;

import org.jspecify.annotations.NullMarked;
