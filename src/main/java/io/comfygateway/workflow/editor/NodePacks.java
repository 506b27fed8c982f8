package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The packs of custom nodes that a file of the editor comes from: its nodes have the pack's name in
 * the registry as {@code cnr_id}, or its repository as {@code aux_id}.
 */
public final class NodePacks {
  private static final int MOST_NODES = 10_000;
  private static final int LONGEST_NAME = 200;
  private static final String BUILT_IN = "comfy-core";

  private NodePacks() {}

  /** The packs by node class; ComfyUI's own classes have none. */
  public static Map<String, String> of(JsonNode editor) {
    Map<String, String> packs = new LinkedHashMap<>();
    int count = add(editor.path("nodes"), packs, 0);
    for (JsonNode subgraph : editor.path("definitions").path("subgraphs")) {
      count = add(subgraph.path("nodes"), packs, count);
    }
    return packs;
  }

  private static int add(JsonNode nodes, Map<String, String> packs, int before) {
    int count = before;
    for (JsonNode node : nodes) {
      if (++count > MOST_NODES) {
        return count;
      }
      JsonNode properties = node.path("properties");
      String pack = properties.path("cnr_id").asText(properties.path("aux_id").asText(""));
      String type = node.path("type").asText();
      if (!pack.isBlank()
          && !pack.equals(BUILT_IN)
          && pack.length() <= LONGEST_NAME
          && type.length() <= LONGEST_NAME) {
        packs.putIfAbsent(type, pack);
      }
    }
    return count;
  }
}
