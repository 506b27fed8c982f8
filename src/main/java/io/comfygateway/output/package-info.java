/**
 * Stored results: what a ComfyUI history entry gives, where its files are kept, and how they are
 * handed out again.
 */
@NullMarked
package io.comfygateway.output;

import org.jspecify.annotations.NullMarked;
