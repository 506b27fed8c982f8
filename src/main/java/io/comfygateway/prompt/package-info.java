/**
 * One prompt on a ComfyUI: its input files, its submission, and what queue, history and WebSocket
 * say of it. The way in is {@link PromptSubmission}. It knows the pool and the job.
 */
package io.comfygateway.prompt;
