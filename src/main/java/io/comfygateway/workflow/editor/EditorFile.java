package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A file of the editor.
 *
 * @param root the graph itself
 * @param subgraphs the definitions of its subgraphs, by their ids
 * @param groups the definitions of its group nodes, by name, as they stand in the file
 */
record EditorFile(
    EditorGraph root, Map<String, EditorGraph> subgraphs, Map<String, JsonNode> groups) {}
