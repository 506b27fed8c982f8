package io.comfygateway.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the nodes of a graph are called: by their titles in ComfyUI, or else by their classes. */
public final class NodeTitles {
  private static final int MOST_CHARACTERS = 200;

  private NodeTitles() {}

  /** The titles by the ids of the nodes, in the order of the graph. */
  public static Map<String, String> of(JsonNode graph) {
    Map<String, String> titles = new LinkedHashMap<>();
    graph
        .properties()
        .forEach(
            node -> {
              String title = node.getValue().path("_meta").path("title").asText("");
              String shown = title.isBlank() ? node.getValue().path("class_type").asText() : title;
              titles.put(node.getKey(), ShortText.of(shown, MOST_CHARACTERS));
            });
    return titles;
  }
}
