/** A ComfyUI server: what is sent to it, what its answers mean, and what is known of its state. */
package io.comfygateway.backend;
