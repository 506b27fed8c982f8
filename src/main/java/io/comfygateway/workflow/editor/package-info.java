/**
 * The graph of ComfyUI's editor: reads what "Save" writes and gives the API format that a server
 * runs. The way in is {@link io.comfygateway.workflow.editor.EditorConversion}. It knows nothing
 * else of the gateway; the node classes come as the answer of {@code GET /object_info}.
 *
 * <p>The rules are those of ComfyUI's editor (its {@code graphToPrompt}). A file that does not fit
 * the node classes is refused, naming the node: the result is either what the editor would send, or
 * nothing.
 */
@NullMarked
package io.comfygateway.workflow.editor;

import org.jspecify.annotations.NullMarked;
