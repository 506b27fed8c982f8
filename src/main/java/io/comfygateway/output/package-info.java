/**
 * Stored results: what a ComfyUI history entry gives, where its files are kept, and how they are
 * handed out again.
 */
package io.comfygateway.output;
